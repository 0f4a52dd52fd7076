// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import WideColumn

/// A model of clients that compute on two cores and commit, one group after another: what ``GroupPace`` makes of them, without any clock.
///
/// Clients are served in the order in which they are answered; a sync needs no core. Each computation and each sync takes between a half
/// and one and a half of the time that is given.
struct PacedClients {
  private(set) var commits = 0
  private(set) var syncs = 0

  private enum Log {
    case idle
    case gathering(GroupPace.Goal, from: Int, since: Int)
    case syncing(records: Int, since: Int, until: Int)
  }

  private let computing: Int
  private let syncing: Int
  private var ready: Int
  private var cores: [Int] = []
  private var queued = 0
  private var leaving = 0
  private var now = 0
  private var log = Log.idle
  private var pace = GroupPace()
  private var random: SplitMix64

  /// - Parameters:
  ///   - clients: How many there are.
  ///   - computing: Nanoseconds that one computes between an answer and its next commit.
  ///   - syncing: Nanoseconds of a sync.
  ///   - seed: Of the times.
  init(_ clients: Int, computing: Int, syncing: Int, seed: UInt64) {
    random = SplitMix64(seed: seed)
    ready = clients
    self.computing = computing
    self.syncing = syncing
  }

  var recordsPerSync: Double { Double(commits) / Double(syncs) }

  /// Commits per second.
  func rate(over nanoseconds: Int) -> Double { Double(commits) * 1e9 / Double(nanoseconds) }

  /// Lets so many clients go, each when it is answered.
  mutating func leave(_ count: Int) { leaving += count }

  mutating func resetCounts() { (commits, syncs) = (0, 0) }

  mutating func run(nanoseconds: Int) {
    let end = now + nanoseconds
    while true {
      while cores.count < 2, ready > 0 {
        ready -= 1
        cores.append(now + varied(computing))
      }
      let nextCommit = cores.min() ?? Int.max
      let next = min(nextCommit, logEvent)
      guard next < end else { return now = end }
      now = next
      if next == nextCommit {
        cores.remove(at: cores.firstIndex(of: next)!)
        queued += 1
        commitArrived()
      } else {
        logWakes()
      }
    }
  }

  private var logEvent: Int {
    switch log {
    case .idle: Int.max
    case .gathering(let goal, _, let since): since + goal.time.nanoseconds
    case .syncing(_, _, let until): until
    }
  }

  private mutating func commitArrived() {
    switch log {
    case .idle: begin()
    case .gathering(let goal, _, _) where queued >= goal.records: endWait()
    default: break
    }
  }

  private mutating func logWakes() {
    if case .syncing(let records, let since, _) = log {
      commits += records
      syncs += 1
      ready += max(records - leaving, 0)
      leaving = max(leaving - records, 0)
      pace.noteSync(of: records, queued: queued, nanoseconds: UInt64(now - since))
      log = .idle
      if queued > 0 { begin() }
    } else {
      endWait()
    }
  }

  private mutating func begin() {
    if let goal = pace.goal(queued: queued) {
      log = .gathering(goal, from: queued, since: now)
    } else {
      sync()
    }
  }

  private mutating func endWait() {
    if case .gathering(let goal, let before, let since) = log {
      pace.noteWait(for: goal, from: before, to: queued, nanoseconds: UInt64(now - since))
    }
    sync()
  }

  private mutating func sync() {
    log = .syncing(records: queued, since: now, until: now + varied(syncing))
    queued = 0
  }

  private mutating func varied(_ time: Int) -> Int {
    Int.random(in: time / 2...time * 3 / 2, using: &random)
  }
}

extension Duration {
  fileprivate var nanoseconds: Int { Int(self / .nanoseconds(1)) }
}

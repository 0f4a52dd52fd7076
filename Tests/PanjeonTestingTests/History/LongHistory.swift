// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import WideColumn

/// Makes long histories of a store that runs each transaction at one instant between its begin and its end.
struct LongHistory {
  /// Which micro-operations there are.
  enum Workload: String, CaseIterable {
    case lists, registers, ranges
    /// Registers that are written without having been read.
    case blindWrites
  }

  private let workload: Workload
  private let stalePerMille: Int
  private var random: SplitMix64
  private var lists: [[Scalar]] = []
  private var registers: [Scalar?] = []
  /// What each register held first; stale reads find it again and again.
  private var firstValues: [Scalar?] = []
  private var lastValue = 0

  private static let openKeyCount = 10
  private static let valuesPerKeyMax = 64

  /// Draws the events of a history.
  ///
  /// - Parameters:
  ///   - workload: What they do.
  ///   - count: How many transactions.
  ///   - processCount: How many run at once.
  ///   - stalePerMille: How many reads of a thousand miss the last write.
  ///   - seed: Of every random choice.
  /// - Returns: The events, in the order of time.
  static func events(
    _ workload: Workload, count: Int, processCount: Int = 20, stalePerMille: Int = 0,
    seed: UInt64 = 1
  ) -> [HistoryEvent] {
    var maker = LongHistory(workload: workload, stalePerMille: stalePerMille, seed: seed)
    return maker.events(count, processCount)
  }

  private init(workload: Workload, stalePerMille: Int, seed: UInt64) {
    self.workload = workload
    self.stalePerMille = stalePerMille
    random = SplitMix64(seed: seed)
    for _ in 0..<Self.openKeyCount { addKey() }
  }

  private mutating func addKey() {
    lists.append([])
    registers.append(nil)
    firstValues.append(nil)
  }

  /// At each tick one process goes on: it begins, it runs its transaction, or it ends.
  private mutating func events(_ count: Int, _ processCount: Int) -> [HistoryEvent] {
    var events: [HistoryEvent] = []
    var asked = [[MicroOperation]](repeating: [], count: processCount)
    var done = asked
    var begun = 0
    var running = 0
    var time = 0
    while begun < count || running > 0 {
      let process = random.below(processCount)
      time += 1
      if asked[process].isEmpty {
        if begun == count { continue }
        asked[process] = (0..<1 + random.below(4)).flatMap { _ in draw() }
        begun += 1
        running += 1
        events.append(
          HistoryEvent(process: process, kind: .invoke, time: time, value: asked[process]))
      } else if done[process].isEmpty {
        done[process] = asked[process].map { run($0) }
      } else {
        events.append(HistoryEvent(process: process, kind: .ok, time: time, value: done[process]))
        (asked[process], done[process]) = ([], [])
        running -= 1
      }
    }
    return events
  }

  private mutating func draw() -> [MicroOperation] {
    let key = lists.count - 1 - random.below(Self.openKeyCount)
    let isRead = random.chance(percent: 50)
    if !isRead { lastValue += 1 }
    if !isRead, lastValue % Self.valuesPerKeyMax == 0 { addKey() }
    let (name, value) = (Scalar.int(key), Scalar.int(lastValue))
    switch workload {
    case .lists: return [isRead ? .read(name, nil) : .append(name, value)]
    case .registers: return [.read(name, nil)] + (isRead ? [] : [.write(name, value)])
    case .blindWrites: return [isRead ? .read(name, nil) : .write(name, value)]
    case .ranges: return [isRead ? .scan(name, nil) : .insert(name, value)]
    }
  }

  private mutating func run(_ operation: MicroOperation) -> MicroOperation {
    let isStale = random.below(1000) < stalePerMille
    switch operation {
    case .append(.int(let key), let value), .insert(.int(let key), let value):
      lists[key].append(value)
      return operation
    case .write(.int(let key), let value):
      registers[key] = value
      firstValues[key] = firstValues[key] ?? value
      return operation
    case .read(.int(let key), _):
      if workload == .registers || workload == .blindWrites {
        let value = isStale ? firstValues[key] : registers[key]
        return .read(.int(key), value.map { .register($0) })
      }
      return .read(.int(key), .list(isStale ? Array(lists[key].dropLast()) : lists[key]))
    case .scan(.int(let range), _):
      return .scan(.int(range), isStale ? Array(lists[range].dropLast()) : lists[range])
    default: return operation
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// How a life begins from what the one before it has left, and what it leaves.
extension PlacementTrial {
  /// Checks what was found, and goes on from it.
  func begin(
    _ life: PlacementLife, _ number: Int, _ rows: [PlacementTrace.Rows],
    _ promise: PlacementPromise, _ passed: inout Passed
  ) {
    var judge = PlacementJudge(passed.traces, promise)
    if number > 1 {
      judge.judge(rows)
      passed.outcome.checks += judge.checks
      if promise.areFilesKept { passed.outcome.losses += 1 } else { passed.outcome.hopeless += 1 }
      let topology = passed.ledger.topology
      let promised = passed.traces.indices.map { "\(judge.promised(to: $0))" }
      let found = rows.map { "\($0[0]?.number ?? 0)" }
      passed.journal.append(
        "life \(number) is opened on \(topology.text(passed.loss.there)), of which \(topology.text(passed.loss.blank)) empty; "
          + (promise.areFilesKept
            ? "promised: \(promised.joined(separator: " "))" : "nothing promised")
          + "; found: \(found.joined(separator: " "))")
      for text in judge.violations { violate(life, text, &passed) }
      note(judge, &passed)
    }
    let loss = passed.loss
    life.withState { state in
      // If it has died meanwhile, what was before is what counts.
      if state.isOver { return }
      state.ledger.noteOpen(
        life: number, there: loss.there, blank: loss.blank, isPower: loss.isPower,
        isKept: number == 1 || promise.areFilesKept)
      for writer in rows.indices { state.traces[writer].restart(from: rows[writer]) }
      state.calls = 0
      state.isOpen = true
    }
  }

  /// Counts how commits fared, for the table.
  private func note(_ judge: PlacementJudge, _ passed: inout Passed) {
    guard let column = passed.column else { return }
    for (durability, kept) in judge.kept {
      let mode = Self.mode(durability, isStrict: passed.ledger.topology.isStrict)
      let key = PlacementOutcome.Case(mode: mode, loss: column)
      var survival = passed.outcome.survivals[key] ?? PlacementOutcome.Survival()
      survival.acknowledged += kept.acknowledged
      survival.kept += kept.kept
      passed.outcome.survivals[key] = survival
    }
  }

  static func mode(_ durability: Durability, isStrict: Bool) -> String {
    switch durability {
    case .memory: "memory"
    case .operatingSystem: "os"
    case .disk: isStrict ? "disk, all copies" : "disk"
    }
  }

  /// Takes what a life has left, and draws what is lost of it.
  func finish(
    _ life: PlacementLife, _ number: Int, hasOpened: Bool, _ passed: inout Passed
  ) {
    let state = life.withState { $0 }
    for text in state.violations { violate(life, text, &passed) }
    passed.outcome.acknowledged.merge(state.acknowledged, uniquingKeysWith: +)
    passed.outcome.reads += state.reads
    passed.journal += ["life \(number):"] + state.journal.map { "  " + $0 }
    if !passed.outcome.violations.isEmpty || passed.isOver { return }
    passed.disk = state.left ?? life.disk
    if !state.isOpen { return finishOpening(state, &passed) }
    passed.ledger = state.ledger
    passed.traces = state.traces
    let draw = PlacementLossDraw(
      ledger: state.ledger, isPower: state.diedOfPower,
      isClosed: state.left == nil && !state.isHalted)
    let drawn = draw.draw(&passed.random)
    apply(drawn.loss, &passed)
    passed.outcome.faults.add(drawn.faults)
    passed.column = column(drawn, state)
  }

  /// It died while it was being opened: the loss that was to be checked is now one more.
  private func finishOpening(_ state: PlacementLifeState, _ passed: inout Passed) {
    guard state.left != nil else {
      passed.isOver = true
      return
    }
    passed.outcome.faults[.opening] += 1
    var loss = passed.loss
    if state.diedOfPower {
      loss.isPower = true
      loss.isClosed = false
      if !passed.ledger.topology.isStrict {
        loss.blank.formUnion(passed.ledger.topology.ephemeral.intersection(loss.there))
      }
    }
    if loss.blank == loss.there { loss.blank = passed.loss.blank }
    apply(loss, &passed, isAgain: true)
    passed.column = nil
  }

  private func apply(_ loss: PlacementLoss, _ passed: inout Passed, isAgain: Bool = false) {
    let topology = passed.ledger.topology
    // What the opening before this one has begun to put there stays.
    let emptied = isAgain ? loss.blank.subtracting(passed.loss.blank) : loss.blank
    for place in emptied.places { passed.disk.loseDirectory(topology.volumes[place].path) }
    passed.loss = loss
    if loss.isPower { passed.boot += 1 }
  }

  /// What was lost, as the table calls it, if all copies were in place before.
  private func column(_ drawn: PlacementLossDraw.Drawn, _ state: PlacementLifeState) -> String? {
    let topology = state.topology
    guard state.ledger.used == topology.all, !drawn.loss.isClosed else { return nil }
    let gone = topology.all.subtracting(drawn.loss.there).union(drawn.loss.blank)
    let fast = gone.intersection(topology.ephemeral)
    let slow = gone.intersection(topology.durable)
    var parts = [drawn.loss.isPower ? "power" : "process"]
    if fast == topology.ephemeral {
      parts.append("all ephemeral")
    } else if !fast.isEmpty {
      parts.append(fast.places.count == 1 ? "one ephemeral" : "some ephemeral")
    }
    if !slow.isEmpty { parts.append("durable") }
    return parts.joined(separator: " and ")
  }

  /// Events come a moment after what they tell of; what happens while the store is closed is told to nobody.
  func waitForEvents(of life: PlacementLife) async {
    let begin = clock.monotonicNanoseconds()
    while !life.isOver {
      let untold = untold(life, life.withState { $0 })
      if untold.isEmpty { return }
      if clock.monotonicNanoseconds() - begin > Self.eventNanosecondsMax {
        return life.withState { state in for text in untold { state.violate(text) } }
      }
      // Who has been cancelled waits for nothing.
      guard (try? await clock.sleep(for: .milliseconds(1))) != nil else { return }
    }
  }

  /// How long an event may take: five seconds.
  private static var eventNanosecondsMax: UInt64 { 5_000_000_000 }

  /// A volume that was written and did not take it must have been reported; so must volumes that do not fulfil the policy.
  private func untold(_ life: PlacementLife, _ state: PlacementLifeState) -> [String] {
    guard state.isOpen, !state.mayStop else { return [] }
    var untold: [String] = []
    for (place, volume) in state.topology.volumes.enumerated()
    where state.volumesWithFailures.contains(volume.name)
      && !state.failedVolumes.contains(volume.name) && state.ledger.lives[place] == life.number
    {
      untold.append("no event told that volume \(volume.name) has failed")
    }
    if !state.topology.isFulfilled(state.ledger.used), !state.failedVolumes.isEmpty,
      state.ledger.returning.isEmpty, !state.isDegraded
    {
      untold.append("no event told that the volumes do not fulfil the policy")
    }
    return untold
  }
}

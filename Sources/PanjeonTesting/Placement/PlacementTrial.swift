// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
public import WideColumn

/// Puts a store on volumes by chance, kills volumes, racks, zones, the process and the power while clients write and read, and checks what is left, for several lives of the store.
///
/// The seed decides the volumes and what befalls them at which call; which call that is depends on the threads. What must be left is computed from
/// what was acknowledged, which volumes had it then, and the table of the page *Replication*.
public struct PlacementTrial: Sendable {
  /// Decides topology, load and faults.
  public let seed: UInt64
  /// How many lives the store has at the most.
  public let lives: Int
  /// How many batches each writer writes in a life at the most.
  public let batches: Int
  let writers = 3
  let healsWhileOpen: Bool
  let planted: PlantedBug?
  let base: StoreConfiguration
  let clock: any TimeSource

  /// Creates a trial.
  ///
  /// - Parameters:
  ///   - seed: Decides everything but the threads.
  ///   - lives: How many lives the store has at the most.
  ///   - batches: How many batches each writer writes in a life at the most.
  ///   - healsWhileOpen: Whether volumes come back while the store is open.
  ///   - planted: A disk that lies, to see that the trial finds it.
  ///   - configuration: What the trial does not set itself: the logger, most of all.
  ///   - clock: By which stalls end and clients pause.
  public init(
    seed: UInt64, lives: Int = 4, batches: Int = 150, healsWhileOpen: Bool = true,
    planted: PlantedBug? = nil,
    configuration: StoreConfiguration = StoreConfiguration(),
    clock: any TimeSource = SystemTimeSource()
  ) {
    self.seed = seed
    self.lives = lives
    self.batches = batches
    self.healsWhileOpen = healsWhileOpen
    self.planted = planted
    base = configuration
    self.clock = clock
  }

  /// A way in which disks lie.
  public enum PlantedBug: String, Sendable, CaseIterable {
    /// Durable volumes say that the log is synced, and it is not.
    case lostSyncs = "lost-syncs"
    /// Durable volumes say that a piece of the log is written, and it is not, now and then.
    case lostWrites = "lost-writes"

    func isPretended(_ call: FileSystemCall) -> Bool {
      guard call.path.hasSuffix(".log"), call.path.hasPrefix("/d") else { return false }
      switch self {
      case .lostSyncs: return call.kind == .sync
      case .lostWrites: return call.kind == .write && call.number % 64 == 0
      }
    }
  }

  /// What the lives hand on.
  struct Passed {
    var random: SplitMix64
    var ledger: PlacementLedger
    var traces: [PlacementTrace]
    var disk = InMemoryFileSystem()
    var loss: PlacementLoss
    /// What was lost, as the table calls it; nil: it is not in the table.
    var column: String?
    var boot = 1
    var journal: [String] = []
    var outcome = PlacementOutcome()
    var isOver = false
  }

  /// Runs it.
  public func run() async -> PlacementOutcome {
    var random = SplitMix64(seed: seed)
    let topology = PlacementTopology(using: &random)
    var loss = PlacementLoss()
    loss.there = topology.all
    loss.blank = topology.all
    var passed = Passed(
      random: random, ledger: PlacementLedger(topology),
      traces: Array(repeating: PlacementTrace(), count: writers), loss: loss)
    passed.journal.append(
      "volumes" + (topology.isStrict ? ", all copies synced: " : ": ")
        + topology.volumes.map { "\($0.name) \($0.zone)/\($0.rack)" }.joined(separator: ", "))
    for number in 1...max(1, lives) where !passed.isOver {
      await live(number, &passed)
      if !passed.outcome.violations.isEmpty { break }
    }
    return passed.outcome
  }

  private func live(_ number: Int, _ passed: inout Passed) async {
    let life = makeLife(number, &passed)
    passed.outcome.lives += 1
    let store = await open(life, number, &passed)
    // Of what cannot be read, and need not be, nothing is asked.
    if let store, life.withState({ $0.isOpen && !$0.isOver }) {
      let clients = PlacementClients(
        life: life, store: store, writers: writers, batches: batches, clock: clock)
      await clients.run(&passed.random)
      life.dieAtRest()
    }
    life.faults?.endStalls()
    life.noteFailures()
    if store != nil { await waitForEvents(of: life) }
    await close(store, life)
    if let faults = life.faults?.injected { passed.outcome.faults.add(faults) }
    finish(life, number, hasOpened: store != nil, &passed)
  }

  private func makeLife(_ number: Int, _ passed: inout Passed) -> PlacementLife {
    var random = passed.random.fork()
    let end: PlacementEnd
    switch random.below(12) {
    case 0: end = .closed
    case 1 where number > 1:
      end = .died(isPower: random.chance(0.5), call: 1 + random.below(60), isOpening: true)
    default:
      end = .died(
        isPower: random.chance(0.4), call: 20 + random.below(writers * batches * 5),
        isOpening: false)
    }
    var actions: [PlacementAction] = []
    let latest = if case .died(_, let call, false) = end { call } else { writers * batches * 4 }
    for _ in 0..<random.below(7) {
      let kinds: [PlacementAction.Kind] = [
        .kill(.volume), .kill(.volume), .kill(.rack), .kill(.zone), .fill, .stall, .stall, .rot,
        .heal, .heal,
      ]
      let kind = kinds[random.below(kinds.count - (healsWhileOpen ? 0 : 2))]
      actions.append(PlacementAction(call: 1 + random.below(latest), kind: kind))
    }
    let away = passed.ledger.topology.all.subtracting(passed.loss.there)
    let state = PlacementLifeState(passed.ledger, passed.traces, random, actions, end)
    return PlacementLife(number, on: passed.disk, away: away, state, planted)
  }

  /// Opens the store and checks what it has; nil if it cannot be opened.
  private func open(
    _ life: PlacementLife, _ number: Int, _ passed: inout Passed
  ) async -> EmbeddedStore? {
    guard let faults = life.faults else { return nil }
    let topology = passed.ledger.topology
    let configuration = PlacementStore.configuration(
      base, faults, topology, boot: "boot \(passed.boot)", isNew: number == 1
    ) { [weak life] in life?.handle($0) }
    let path = topology.volumes[passed.random.below(topology.volumes.count)].path
    let promise = passed.ledger.promise(passed.loss)
    do throws(StoreError) {
      let store = try await EmbeddedStore.open(at: path, configuration: configuration)
      do throws(StoreError) {
        if number == 1 { try await PlacementStore.createTables(in: store) }
        let rows = try await PlacementStore.contents(of: store, writers: writers)
        begin(life, number, rows, promise, &passed)
        return store
      } catch {
        noteUnreadable("what is left cannot be read", error, life, number, promise, &passed)
        return store
      }
    } catch {
      noteUnreadable("the store cannot be opened", error, life, number, promise, &passed)
      return nil
    }
  }

  private func noteUnreadable(
    _ what: String, _ error: StoreError, _ life: PlacementLife, _ number: Int,
    _ promise: PlacementPromise, _ passed: inout Passed
  ) {
    // It died while it was being opened: what a dead process says counts for nothing.
    if life.isOver { return }
    passed.isOver = true
    if number == 1 || promise.areFilesKept {
      violate(life, "\(what) though everything must be there: \(error)", &passed)
    } else {
      passed.outcome.refused += 1
    }
  }

  func violate(_ life: PlacementLife, _ text: String, _ passed: inout Passed) {
    passed.outcome.violations.append(
      PlacementOutcome.Violation(
        seed: seed, text: "life \(life.number): \(text)",
        journal: passed.journal + life.withState { $0.journal }))
  }

  private func close(_ store: EmbeddedStore?, _ life: PlacementLife) async {
    do throws(StoreError) {
      try await store?.close()
    } catch {
      life.withState { state in
        state.isHalted = true
        if state.isOver || state.mayStop { return }
        state.violate("closing failed though a copy of everything is left: \(error)")
      }
    }
  }
}

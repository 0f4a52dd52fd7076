// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

/// A store in a simulation: the contract in memory, with faults at each call.
///
/// Each call waits to be chosen before the store executes it, and before it is answered; a commit also before its record is handed
/// to the operating system and before that is synced. What is durable, visible and lost in a restart follows from that. The store
/// believes in no client: it answers what it would answer over a network, where the ``StoreFault`` happens.
///
/// After a restart that has lost something, a snapshot that has seen it is refused (`snapshotTooOld`), and every commit since such a
/// snapshot. A commit that was not answered by then is of unknown outcome; sequences are never given twice.
public final class SimulatedStore: AtomicBatchStore {
  /// What all connections to the store share.
  final class Server: Sendable {
    let simulation: Simulation
    let model: Mutex<StoreModel>

    init(_ simulation: Simulation, _ model: StoreModel) {
      self.simulation = simulation
      self.model = Mutex(model)
    }
  }

  let server: Server
  let process: SimulatedProcess?

  private init(_ server: Server, _ process: SimulatedProcess?) {
    self.server = server
    self.process = process
  }

  /// Creates a store.
  ///
  /// - Parameters:
  ///   - simulation: Decides what happens when.
  ///   - tables: The tables it begins with.
  /// - Throws: As `createTable(_:)`.
  public convenience init(
    _ simulation: Simulation, tables: [TableSchema] = []
  ) throws(StoreError) {
    try self.init(simulation, tables: tables, bug: nil)
  }

  /// Creates a store that does something wrong.
  package init(
    _ simulation: Simulation, tables: [TableSchema], bug: PlantedBug?
  ) throws(StoreError) {
    var model = StoreModel(bug: bug)
    for table in tables { try model.createTable(table) }
    server = Server(simulation, model)
    process = nil
  }

  /// The store as a process reaches it: that one's calls meet faults, and fail once it has crashed.
  public func connected(as process: SimulatedProcess) -> SimulatedStore {
    SimulatedStore(server, process)
  }

  /// The sizes the store accepts: the default ones.
  public var limits: StoreLimits { StoreLimits() }

  /// The store's first life: restarts do not begin another.
  public var incarnation: StoreIncarnation {
    StoreIncarnation(
      store: StoreIdentity(high: 0x7369_6D75_6C61_7465, low: server.simulation.seed), number: 1,
      nonce: 1)
  }

  /// All rows of a table as they are now, whether durable or not; to be looked at when nothing runs.
  ///
  /// Throws `noSuchTable`.
  public func rows(of table: String) throws(StoreError) -> [RowResult] {
    try server.execute { model, time throws(StoreError) in
      try model.scan(Scan(), in: table, at: model.snapshot(.sequenced, time: time))
    }.get()
  }

  /// Pins the present state.
  ///
  /// Throws `closed` when the process has crashed.
  public func snapshot(_ level: SnapshotLevel) throws(StoreError) -> SimulatedSnapshot {
    try requireAlive()
    return try server.execute { model, time throws(StoreError) in
      model.snapshot(level, time: time)
    }.get()
  }
}

extension SimulatedStore.Server {
  /// Has the store do one thing.
  func execute<R: Sendable>(
    _ body: (inout StoreModel, _ time: Int64) throws(StoreError) -> R
  ) -> Result<R, StoreError> {
    let time = simulation.wallClockMicroseconds
    return model.withLock { model in
      do throws(StoreError) {
        return .success(try body(&model, time))
      } catch {
        return .failure(error)
      }
    }
  }

  /// Has the store die and opens it again.
  func restart() {
    let losesPower = simulation.draw(below: 3) < 2
    model.withLock { model in
      let atRisk = model.log.recordsAtRisk
      model.restart(losesPower: losesPower, keeping: simulation.draw(below: atRisk + 1))
    }
  }
}

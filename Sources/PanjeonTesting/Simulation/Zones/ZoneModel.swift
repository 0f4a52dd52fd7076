// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import Synchronization
internal import WideColumn

/// What a transaction costs whose client and store are in different zones: the real protocols, in the time of a simulation.
///
/// Each call and its answer are under way for 2 to 3 ms together, evenly spread; everything else takes next to no time.
public struct ZoneModel: Sendable {
  /// How a transaction commits.
  public enum Way: String, Hashable, Sendable, CaseIterable {
    /// The store makes the batch in one step.
    case oneBatch = "one batch"
    /// In two phases, the calls of a phase at once.
    case twoPhases = "two phases"
    /// In two phases, one call after the other, as Haeinsa's client makes them.
    case oneByOne = "one by one"
  }

  /// What a transaction does: it reads all of its rows together, and writes some of them.
  public struct Shape: Hashable, Sendable {
    /// How many rows are read and written.
    public var written: Int
    /// How many rows are only read.
    public var read: Int

    /// Creates a shape.
    public init(written: Int, read: Int) {
      self.written = written
      self.read = read
    }
  }

  /// What came of it.
  public struct Figures: Hashable, Sendable {
    /// How many times the client waited for calls that were under way at once, from the first read to the acknowledgement.
    public var rounds: Int
    /// How long that took on average.
    public var latency: Duration
  }

  /// How the transactions commit.
  public var way: Way

  /// What they do.
  public var shape: Shape

  /// Creates a model.
  public init(_ way: Way, _ shape: Shape) {
    self.way = way
    self.shape = shape
  }

  /// Runs transactions one after the other.
  ///
  /// - Parameters:
  ///   - transactions: How many the latency is the average of.
  ///   - seed: What the times on the way are drawn from.
  /// - Returns: Rounds and latency, the same for equal arguments.
  /// - Throws: `SimulationError` when one was not committed.
  public func run(
    transactions: Int = 200, seed: UInt64 = 1
  ) throws(SimulationError) -> Figures {
    // Every call takes the same time: so time tells how many followed one another.
    let round = Duration.milliseconds(10)
    let counted = try latency(transactions: 1) { round }
    let random = Mutex(SplitMix64(seed: seed))
    let latency = try latency(transactions: transactions) {
      .microseconds(2000 + random.withLock { $0.below(1001) })
    }
    return Figures(rounds: Int((counted / round).rounded()), latency: latency)
  }

  /// The average time of transactions, each on rows of its own.
  private func latency(
    transactions: Int, _ roundTrip: @escaping @Sendable () -> Duration
  ) throws(SimulationError) -> Duration {
    let total = Mutex<UInt64>(0)
    var exploration = Exploration("zones")
    exploration.schedulesMax = 1
    exploration.stepsMax = .max
    let (shape, way) = (shape, way)
    _ = try exploration.run { simulation in
      let schema = TableSchema(name: "t", families: [.lock, ColumnFamily("data")])
      let store = try SimulatedStore(simulation, tables: [schema])
      try simulation.run(clients: 1, injectingFaults: false) { process in
        let distant = DistantStore(
          store.connected(as: process), clock: process.clock, roundTrip: roundTrip)
        let taken = try await shape.transact(transactions, way, distant, process)
        total.withLock { $0 = taken }
      }
    }
    return .nanoseconds(Int64(total.withLock { $0 }) / Int64(transactions))
  }
}

extension ZoneModel.Shape {
  /// Runs transactions; returns how many nanoseconds they took together.
  fileprivate func transact(
    _ count: Int, _ way: ZoneModel.Way, _ store: DistantStore<SimulatedStore>,
    _ process: SimulatedProcess
  ) async throws -> UInt64 {
    if way == .oneBatch {
      return try await transact(
        count, process,
        TransactionManager(store: store, timeSource: process.clock, seed: process.seed))
    }
    let locks = LockOptions(callsInFlightMax: way == .oneByOne ? 1 : 256)
    let twoPhases = TwoPhaseStore(
      store, timeSource: process.clock, options: TwoPhaseOptions(locks: locks),
      startTask: process.startTask)
    return try await transact(
      count, process,
      TransactionManager(store: twoPhases, timeSource: process.clock, seed: process.seed))
  }

  private func transact<Store: AtomicBatchStore>(
    _ count: Int, _ process: SimulatedProcess, _ manager: TransactionManager<Store>
  ) async throws -> UInt64 {
    // After the first commit of a client it knows the tables.
    try await transact(0, manager)
    let begin = process.simulation.nanoseconds
    for number in 1...count { try await transact(number, manager) }
    return process.simulation.nanoseconds - begin
  }

  private func transact<Store: AtomicBatchStore>(
    _ number: Int, _ manager: TransactionManager<Store>
  ) async throws {
    try await manager.withTransaction { transaction in
      let rows = (0..<(written + read)).map { Bytes(utf8: "\(number)/\($0)") }
      _ = try await transaction.get(rows.map { Get($0) }, in: "t")
      for row in rows.prefix(written) {
        var put = Put(row)
        put.add(family: "data", qualifier: "v", value: "new")
        try transaction.put(put, in: "t")
      }
    }
  }
}

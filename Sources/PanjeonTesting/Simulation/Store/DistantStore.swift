// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

/// A store at a distance: each call takes time on its way there, and its answer on the way back.
///
/// For models of networks in the time of a ``Simulation``. What is pinned or remembered by the client, a snapshot for instance, takes none.
public final class DistantStore<Base: WideColumnStore>: WideColumnStore {
  /// The store.
  public let base: Base

  private let clock: any TimeSource
  private let roundTrip: @Sendable () -> Duration
  private let calls = Mutex(0)

  /// Puts a store at a distance.
  ///
  /// - Parameters:
  ///   - base: The store.
  ///   - clock: In whose time it is away.
  ///   - roundTrip: How long a call and its answer are under way together; asked at each call.
  public init(
    _ base: Base, clock: any TimeSource, roundTrip: @escaping @Sendable () -> Duration
  ) {
    self.base = base
    self.clock = clock
    self.roundTrip = roundTrip
  }

  /// How many calls there have been.
  public var callCount: Int { calls.withLock { $0 } }

  private func call<R: Sendable>(
    _ body: () async throws(StoreError) -> R
  ) async throws(StoreError) -> R {
    calls.withLock { $0 += 1 }
    let way = roundTrip() / 2
    await travel(way)
    let result = await Result<R, StoreError>.of(body)
    await travel(way)
    return try result.get()
  }

  private func travel(_ way: Duration) async {
    // Who is cancelled is told as late as others.
    _ = try? await clock.sleep(for: way)
  }

  /// The sizes the store accepts.
  public var limits: StoreLimits { base.limits }

  /// Which life of which store this is.
  public var incarnation: StoreIncarnation { base.incarnation }

  /// Returns the shape of a table; throws as the store does.
  public func schema(of table: String) async throws(StoreError) -> TableSchema {
    try await call { () throws(StoreError) in try await base.schema(of: table) }
  }

  /// Reads one row; throws as the store does.
  public func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    try await call { () throws(StoreError) in try await base.get(get, in: table) }
  }

  /// Begins a scan, whose rows come with the answer; throws as the store does.
  public func scan(_ scan: Scan, in table: String) async throws(StoreError) -> Base.Cursor {
    try await call { () throws(StoreError) in try await base.scan(scan, in: table) }
  }

  /// Changes one row; throws as the store does.
  public func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    try await call { () throws(StoreError) in
      try await base.checkAndMutate(operation, in: table, durability: durability)
    }
  }
}

extension DistantStore: SnapshotStore where Base: SnapshotStore {
  /// Pins a state; throws as the store does.
  public func snapshot(_ level: SnapshotLevel) throws(StoreError) -> Base.Snapshot {
    try base.snapshot(level)
  }

  /// Reads one row at a snapshot; throws as the store does.
  public func get(
    _ get: Get, in table: String, at snapshot: Base.Snapshot
  ) async throws(StoreError) -> RowResult? {
    try await call { () throws(StoreError) in try await base.get(get, in: table, at: snapshot) }
  }

  /// Reads rows at a snapshot in one call; throws as the store does.
  public func get(
    _ gets: [Get], in table: String, at snapshot: Base.Snapshot
  ) async throws(StoreError) -> [RowResult?] {
    try await call { () throws(StoreError) in try await base.get(gets, in: table, at: snapshot) }
  }

  /// Begins a scan at a snapshot; throws as the store does.
  public func scan(
    _ scan: Scan, in table: String, at snapshot: Base.Snapshot
  ) async throws(StoreError) -> Base.Cursor {
    try await call { () throws(StoreError) in try await base.scan(scan, in: table, at: snapshot) }
  }
}

extension DistantStore: AtomicBatchStore where Base: AtomicBatchStore {
  /// Checks and changes rows in one step; throws as the store does.
  public func commit(
    _ batch: AtomicBatch, since snapshot: Base.Snapshot?, durability: Durability
  ) async throws(StoreError) -> AtomicBatchOutcome {
    try await call { () throws(StoreError) in
      try await base.commit(batch, since: snapshot, durability: durability)
    }
  }
}

extension Result where Failure == StoreError {
  /// What a call returns or throws.
  fileprivate static func of(
    _ body: () async throws(StoreError) -> Success
  ) async -> Result {
    do throws(StoreError) {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }
}

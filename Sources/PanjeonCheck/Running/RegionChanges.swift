// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// Flushes, compacts, splits and merges while transactions run.
struct RegionChanges: Sendable {
  let store: EmbeddedStore
  let seed: UInt64
  private let tables: [String]
  private let row: @Sendable (inout SplitMix64) -> RowKey
  private let interval = Duration.milliseconds(40)

  init(_ store: EmbeddedStore, seed: UInt64) {
    self.init(store, tables: WorkloadTables.schemas.map(\.name), seed: seed) { random in
      Bytes(utf8: "\(random.below(4))/key/i\(random.below(100))")
    }
  }

  /// Changes of some tables.
  ///
  /// - Parameters:
  ///   - store: Whose.
  ///   - tables: Which.
  ///   - seed: Decides about what and where.
  ///   - row: Draws a row to split at.
  init(
    _ store: EmbeddedStore, tables: [String], seed: UInt64,
    row: @escaping @Sendable (inout SplitMix64) -> RowKey
  ) {
    self.store = store
    self.tables = tables
    self.seed = seed
    self.row = row
  }

  /// Goes on until its task is cancelled.
  func run() async throws {
    let clock = SystemTimeSource()
    var random = SplitMix64(seed: seed)
    while true {
      do {
        try await clock.sleep(for: interval)
      } catch is CancellationError {
        return
      }
      do throws(StoreError) {
        try await change(tables[random.below(tables.count)], &random)
      } catch {
        // The split policy may have changed the regions meanwhile, and a full store's last words are for the clients.
        let isPassing: Set<StoreError.Code> = [.invalidArgument, .unavailable, .closed, .readOnly]
        if !isPassing.contains(error.code) { throw error }
      }
    }
  }

  private func change(_ table: String, _ random: inout SplitMix64) async throws(StoreError) {
    let row = row(&random)
    switch random.below(6) {
    case 0: try await store.compact(table: table, rows: KeyRange(from: row))
    case 1, 2: try await store.flush()
    case 3, 4: try await store.split(table: table, at: row)
    default:
      let regions = try store.catalog.table(table).regions
      if regions.count < 2 { return }
      let first = random.below(regions.count - 1)
      _ = try await store.mergeRegions(regions[first].id, regions[first + 1].id)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

extension DemoWorkload {
  /// Splits or merges a region of a random table every so many seconds, while messages are sent.
  func splitAndMerge(every seconds: Double, until deadline: UInt64) async throws {
    var random = SplitMix64(seed: plan.run ^ 0x5B11_7000)
    let tables = try await database.tables().map(\.name).sorted()
    while clock.monotonicNanoseconds() < deadline {
      try await clock.sleep(for: .seconds(seconds))
      let table = tables[Int.random(in: 0..<tables.count, using: &random)]
      let handle = try database.store.catalog.table(table)
      do {
        try await splitOrMerge(handle, &random)
      } catch {
        // The table's policy may have changed its regions meanwhile.
        guard error.code == .invalidArgument else { throw error }
      }
    }
  }

  private func splitOrMerge(
    _ table: TableHandle, _ random: inout SplitMix64
  ) async throws(StoreError) {
    let regions = table.regions
    // As many splits as merges once there are a few regions.
    if regions.count > 1, Int.random(in: 0..<8, using: &random) < regions.count {
      let first = Int.random(in: 0..<(regions.count - 1), using: &random)
      _ = try await database.store.mergeRegions(
        regions[first].id, regions[first + 1].id, cause: "the demo merges at random")
    } else {
      let row = Key(.user, RandomID(using: &random)).any.row
      _ = try await database.store.splitRegion(
        table.region(of: row).id, at: row, cause: "the demo splits at random")
    }
  }
}

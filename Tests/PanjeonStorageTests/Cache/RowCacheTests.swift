// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Row cache")
struct RowCacheTests {
  private func key(
    _ row: Bytes, region: UInt64 = 1, layout: UInt64 = 1, families: [UInt8] = [1]
  ) throws -> RowCache.Key {
    let hash = row.withUnsafeBytes { RowHash.hash($0) }
    return try #require(
      RowCache.Key(row, hash: hash, region: region, layout: layout, families: families))
  }

  private func result(_ row: Bytes, _ value: Bytes) -> RowResult {
    RowResult(
      row: row,
      cells: [
        Cell(
          column: Column(family: "data", qualifier: "q"), timestamp: Timestamp(microseconds: 1),
          value: value)
      ])
  }

  private func cache(_ bytes: Int = 1 << 20) -> (RowCache, MemoryBudget) {
    let budget = MemoryBudget(totalBytes: 8 * bytes)
    return (RowCache(bytesMax: bytes, budget: budget), budget)
  }

  private func found(_ answer: RowCache.Answer) -> RowResult? {
    if case .row(let row) = answer { return row }
    return nil
  }

  private func isWanted(_ answer: RowCache.Answer) -> Bool {
    if case .miss(true) = answer { return true }
    return false
  }

  @Test(
    "A row is wanted from the second time on that it is asked for, and looking whether it is does not ask"
  )
  func wanted() throws {
    let (cache, _) = cache()
    let key = try key("a")
    #expect(!cache.isWanted(key))
    #expect(!isWanted(cache.find(key, at: 1)))
    #expect(!cache.isWanted(key))
    #expect(isWanted(cache.find(key, at: 1)))
    #expect(cache.isWanted(key))
    #expect(cache.misses == 2 && cache.hits == 0)
  }

  @Test("It answers reads at its sequence and later, of the same region, layout and families")
  func answers() throws {
    let (cache, _) = cache()
    let row = result("a", "v")
    cache.insert(row, try key("a"), at: 10)
    #expect(found(cache.find(try key("a"), at: 10)) == row)
    #expect(found(cache.find(try key("a"), at: .max)) == row)
    #expect(found(cache.find(try key("a"), at: 9)) == nil)
    #expect(found(cache.find(try key("b"), at: 10)) == nil)
    #expect(found(cache.find(try key("a", region: 2), at: 10)) == nil)
    #expect(found(cache.find(try key("a", layout: 2), at: 10)) == nil)
    #expect(found(cache.find(try key("a", families: [1, 2]), at: 10)) == nil)
    #expect(found(cache.find(try key("a", families: [0, 1]), at: 10)) == nil)
    #expect(RowCache.Key("a", hash: 0, region: 1, layout: 1, families: Array(0..<8)) == nil)
  }

  @Test("Two rows of one hash are not taken for one another")
  func collision() throws {
    let (cache, _) = cache()
    let other = try #require(
      RowCache.Key("b", hash: 7, region: 1, layout: 1, families: [1]))
    let key = try #require(RowCache.Key("a", hash: 7, region: 1, layout: 1, families: [1]))
    cache.insert(result("b", "v"), other, at: 1)
    #expect(found(cache.find(key, at: 1)) == nil)
    cache.insert(result("a", "w"), key, at: 1)
    #expect(found(cache.find(key, at: 1)) == result("a", "w"))
    #expect(found(cache.find(other, at: 1)) == nil)
  }

  @Test("What was read before a write is neither found nor put in after it")
  func written() throws {
    let (cache, _) = cache()
    let key = try key("a")
    cache.insert(result("a", "old"), key, at: 10)
    cache.remove(hash: Bytes("a").rowHash, region: 1, writtenAt: 20)
    #expect(found(cache.find(key, at: 20)) == nil)
    cache.insert(result("a", "old"), key, at: 19)
    #expect(found(cache.find(key, at: 20)) == nil)
    cache.insert(result("a", "new"), key, at: 20)
    #expect(found(cache.find(key, at: 20)) == result("a", "new"))
    // Of all rows, when the region has changed otherwise.
    cache.removeAll(ofRegion: 1, writtenAt: 30)
    #expect(found(cache.find(key, at: 30)) == nil)
    cache.insert(result("a", "new"), key, at: 29)
    #expect(found(cache.find(key, at: 30)) == nil)
  }

  @Test("It keeps to its bytes, gives back what it lets go, and takes no row that is too large")
  func bound() throws {
    let (cache, budget) = cache(64 << 10)
    let fixed = budget.reservedBytes(.rows)
    var kept = 0
    for number in 0..<400 {
      let row = Bytes(utf8: "row \(number)")
      cache.insert(result(row, Bytes([UInt8](repeating: 1, count: 64))), try key(row), at: 1)
      #expect(cache.bytes <= 64 << 10)
      #expect(budget.reservedBytes(.rows) == fixed + cache.bytes)
      if found(cache.find(try key(row), at: 1)) != nil { kept += 1 }
    }
    #expect(kept == 400)
    let large = Bytes([UInt8](repeating: 1, count: 1 << 10))
    cache.insert(result("large", large), try key("large"), at: 1)
    #expect(found(cache.find(try key("large"), at: 1)) == nil)
    cache.removeAll(ofRegion: 1, writtenAt: 2)
    #expect(cache.bytes == 0 && budget.reservedBytes(.rows) == fixed)
  }
}

extension Bytes {
  fileprivate var rowHash: UInt64 { withUnsafeBytes { RowHash.hash($0) } }
}

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
      RowCache.Key(
        row, hash: hash, region: region, layout: layout, selection: selection(families)))
  }

  private func selection(_ families: [UInt8]) -> RowCache.Selection? {
    RowCache.Selection(families, names: (0..<families.count).map { UInt16($0) })
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
    #expect(selection(Array(0..<7)) != nil && selection(Array(0..<8)) == nil)
    #expect(
      RowCache.Key("a", hash: 0, region: 1, layout: 1, selection: selection(Array(0..<8))) == nil)
  }

  @Test("Two rows of one hash are not taken for one another")
  func collision() throws {
    let (cache, _) = cache()
    let other = try #require(
      RowCache.Key("b", hash: 7, region: 1, layout: 1, selection: selection([1])))
    let key = try #require(
      RowCache.Key("a", hash: 7, region: 1, layout: 1, selection: selection([1])))
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
    let delete = Written("q", kind: .deleteColumn, timestamp: 20)
    write([delete], to: "a", cache, at: 20)
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

  /// What a commit writes.
  private struct Written {
    var family: UInt8 = 1
    var qualifier: Bytes
    var kind = CellKind.put
    var timestamp: Int64
    var value: Bytes

    init(
      _ qualifier: Bytes, family: UInt8 = 1, kind: CellKind = .put, timestamp: Int64,
      _ value: Bytes = ""
    ) {
      self.qualifier = qualifier
      self.family = family
      self.kind = kind
      self.timestamp = timestamp
      self.value = value
    }
  }

  private func write(
    _ cells: [Written], to row: Bytes, _ cache: RowCache, at sequence: UInt64, hash: UInt64? = nil
  ) {
    var encoded: [UInt8] = []
    for cell in cells {
      var key: [UInt8] = []
      cell.qualifier.withUnsafeBytes {
        CellKey.append(
          family: cell.family, qualifier: $0, timestamp: cell.timestamp, sequence: sequence,
          kind: cell.kind, to: &key)
      }
      encoded.append(0)
      encoded.appendFixed32LE(UInt32(key.count))
      encoded += key
      encoded.appendFixed32LE(UInt32(cell.value.count))
      encoded += Array(cell.value)
    }
    encoded.withUnsafeMutableBytes {
      cache.write(
        row, hash: hash ?? row.rowHash, region: 1, writtenAt: sequence,
        PlacedCells($0, count: cells.count))
    }
  }

  private func row(_ values: [Bytes], timestamps: [Int64]) -> RowResult {
    let columns = [("data", "a"), ("data", "b"), ("other", "a")]
    return RowResult(
      row: "row",
      cells: zip(columns, zip(values, timestamps)).map { column, cell in
        Cell(
          column: Column(family: column.0, qualifier: Bytes(utf8: column.1)),
          timestamp: Timestamp(microseconds: cell.1), value: cell.0)
      })
  }

  @Test(
    "New values take the place of old ones, for reads from the write on, and not in what has been read"
  )
  func applied() throws {
    let (cache, budget) = cache()
    let fixed = budget.reservedBytes(.rows) - cache.bytes
    let key = try key("row", families: [1, 2])
    let first = row(["one", "two", "three"], timestamps: [5, 5, 5])
    cache.insert(first, key, at: 10)
    let read = try #require(found(cache.find(key, at: 10)))
    // Of one length, of another, of none; in the second family; in a family that was not read.
    write([Written("a", timestamp: 6, "ONE")], to: "row", cache, at: 11)
    #expect(found(cache.find(key, at: 10)) == nil)
    #expect(
      found(cache.find(key, at: 11)) == row(["ONE", "two", "three"], timestamps: [6, 5, 5]))
    write(
      [
        Written("a", timestamp: 7, "a longer one"), Written("b", timestamp: 7),
        Written("a", family: 2, timestamp: 9, "3"), Written("z", family: 9, timestamp: 9, "?"),
      ], to: "row", cache, at: 14)
    let second = row(["a longer one", "", "3"], timestamps: [7, 7, 9])
    #expect(found(cache.find(key, at: 14)) == second)
    #expect(found(cache.find(key, at: 13)) == nil)
    // Below the newest version nothing changes.
    write([Written("a", timestamp: 6, "old")], to: "row", cache, at: 15)
    #expect(found(cache.find(key, at: 15)) == second)
    write([Written("b", timestamp: 8, "back")], to: "row", cache, at: 16)
    #expect(
      found(cache.find(key, at: 16)) == row(["a longer one", "back", "3"], timestamps: [7, 8, 9]))
    #expect(read == first)
    #expect(budget.reservedBytes(.rows) == fixed + cache.bytes)
    cache.removeAll(ofRegion: 1, writtenAt: 20)
    #expect(cache.bytes == 0 && budget.reservedBytes(.rows) == fixed)
  }

  @Test("What is not known to come of a write removes the row")
  func removed() throws {
    let writes: [[Written]] = [
      [Written("new", timestamp: 9, "x")], [Written("a", kind: .deleteColumn, timestamp: 9)],
      [Written("a", kind: .deleteVersion, timestamp: 9)],
      [Written("a", kind: .expiringPut, timestamp: 9, "12345678x")],
      [Written("a", timestamp: 5, "the same timestamp")],
      [Written("a", timestamp: 9, "1"), Written("a", timestamp: 9, "2")],
      [Written("a", timestamp: 9, Bytes([UInt8](repeating: 1, count: 9_000)))],
      [Written("a", timestamp: 9, Bytes([UInt8](repeating: 1, count: 70_000)))],
      [Written](repeating: Written("a", timestamp: 4, "x"), count: 1_000),
      [Written(Bytes([97, 0]), timestamp: 9, "x")],
    ]
    for cells in writes {
      let (cache, budget) = cache(1 << 20)
      let fixed = budget.reservedBytes(.rows)
      let key = try key("row", families: [1, 2])
      cache.insert(row(["one", "two", "three"], timestamps: [5, 5, 5]), key, at: 10)
      write(cells, to: "row", cache, at: 20)
      #expect(found(cache.find(key, at: 20)) == nil)
      #expect(cache.bytes == 0 && budget.reservedBytes(.rows) == fixed)
    }
    // One of another key and the same hash.
    let (cache, _) = cache()
    let key = try #require(
      RowCache.Key("row", hash: 7, region: 1, layout: 1, selection: selection([1, 2])))
    cache.insert(row(["one", "two", "three"], timestamps: [5, 5, 5]), key, at: 10)
    write([Written("a", timestamp: 9, "x")], to: "other", cache, at: 20, hash: 7)
    #expect(found(cache.find(key, at: 20)) == nil)
  }

  @Test("It keeps to its bytes also where rows grow that are there")
  func growth() throws {
    let (cache, budget) = cache(256 << 10)
    let fixed = budget.reservedBytes(.rows)
    let rows = (0..<400).map { Bytes(utf8: "row \($0)") }
    for row in rows { cache.insert(result(row, "v"), try key(row), at: 1) }
    let before = cache.bytes
    let value = Bytes([UInt8](repeating: 1, count: 1_000))
    for row in rows { write([Written("q", timestamp: 2, value)], to: row, cache, at: 2) }
    #expect(cache.bytes > before && cache.bytes <= 256 << 10)
    #expect(budget.reservedBytes(.rows) == fixed + cache.bytes)
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

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("SSTable")
struct TableCursorTests {
  @Test(
    "A cursor shows the cells in order wherever it is moved, whatever the block size and the codec",
    arguments: [LocalityGroup.Compression.none, .snappy, .lz4])
  func cursor(_ compression: LocalityGroup.Compression) throws {
    TestSeed.announce("TableCursorTests")
    var random = SplitMix64(seed: TestSeed.value)
    for round in 0..<(12 * TestSeed.effort) {
      // Every third has few rows of many cells, so that a row goes on over many blocks.
      let isWide = round % 3 == 0
      let model = CellModel.random(
        &random, rows: isWide ? 3 : 60, cellsMax: isWide ? 400 : 6)
      let disk = InMemoryFileSystem()
      let options = TableOptions(
        blockBytes: [1, 100, 700, 16 << 10][random.below(4)], compression: compression,
        regionID: 4, localityGroup: 2)
      let properties = try TestTable.write(model, to: "/t", disk, options: options)
      let table = try TestTable.open("/t", disk)
      #expect(table.properties == properties)
      check(properties, model)
      try model.compare(
        table.makeCursor(.mayBlock), moves: 150, &random, "\(compression), round \(round)")
    }
  }

  private func check(_ properties: TableProperties, _ model: CellModel) {
    #expect(properties.cellCount == UInt64(model.entries.count))
    #expect(properties.rowCount == UInt64(model.rows.count))
    #expect(properties.smallestRow == model.rows.first)
    #expect(properties.largestRow == model.rows.last)
    let deletes = model.entries.count { $0.key.last != CellKind.put.rawValue }
    #expect(properties.deleteCount == UInt64(deletes))
    let sequences = model.entries.map { $0.key.withUnsafeBytes { CellKey.sequence($0) } }
    #expect(properties.smallestSequence == sequences.min())
    #expect(properties.largestSequence == sequences.max())
  }

  @Test("Compression that a block gains from is used, and that it does not gain from is not")
  func compression() throws {
    var random = SplitMix64(seed: TestSeed.value)
    var repetitive = CellModel()
    var noise = CellModel()
    for number in 0..<200 {
      let row = Bytes(utf8: "row \(1000 + number)")
      let key = Bytes(utf8Key(UInt64(number + 1)))
      repetitive.append(.init(row: row, key: key, value: Bytes([UInt8](repeating: 7, count: 200))))
      let bytes = (0..<200).map { _ in UInt8(random.below(256)) }
      noise.append(.init(row: row, key: key, value: Bytes(bytes)))
    }
    for codec in [LocalityGroup.Compression.snappy, .lz4] {
      let disk = InMemoryFileSystem()
      let options = TableOptions(compression: codec, regionID: 1, localityGroup: 0)
      let plain = TableOptions(compression: .none, regionID: 1, localityGroup: 0)
      for (name, model) in [("repetitive", repetitive), ("noise", noise)] {
        _ = try TestTable.write(model, to: "/\(name)", disk, options: options)
        _ = try TestTable.write(model, to: "/\(name) plain", disk, options: plain)
      }
      func size(_ path: String) -> Int { disk.contents(of: path)?.count ?? 0 }
      #expect(size("/repetitive") * 2 < size("/repetitive plain"))
      #expect(size("/noise") == size("/noise plain"))
    }
  }

  @Test("A cursor that may not block says so for a block that is not cached, and then goes on")
  func cacheOnly() throws {
    var random = SplitMix64(seed: TestSeed.value)
    let model = CellModel.random(&random, rows: 60, cellsMax: 6)
    let disk = InMemoryFileSystem()
    let options = TableOptions(blockBytes: 300, regionID: 1, localityGroup: 0)
    _ = try TestTable.write(model, to: "/t", disk, options: options)
    let table = try TestTable.open("/t", disk)
    let cursor = table.makeCursor(.cacheOnly)
    #expect(throws: StoreError.self) { try cursor.seekToFirst() }
    #expect(cursor.current == nil)
    try model.compare(table.makeCursor(.mayBlock), moves: 0, &random, "fills the cache")
    try model.compare(cursor, moves: 100, &random, "from the cache")
  }

  private func utf8Key(_ sequence: UInt64) -> [UInt8] {
    var key: [UInt8] = []
    Array("q".utf8).withUnsafeBytes {
      CellKey.append(
        family: 1, qualifier: $0, timestamp: 1, sequence: sequence, kind: .put, to: &key)
    }
    return key
  }
}

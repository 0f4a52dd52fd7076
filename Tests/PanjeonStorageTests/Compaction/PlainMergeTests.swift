// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Passes cells on one by one, and rows as the test wants it.
private final class ChoosingSink: CellSink {
  let builder: TableBuilder
  let takesRows: Bool
  var rowsTaken = 0

  init(_ builder: TableBuilder, takesRows: Bool) {
    self.builder = builder
    self.takesRows = takesRows
  }

  func add(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) throws(StoreError) {
    try builder.add(row: row, key: key, value: value)
  }

  func addRow(
    _ row: UnsafeRawBufferPointer, _ runs: CellRuns, _ merge: PlainMerge
  ) throws(StoreError) -> Bool {
    guard takesRows, try builder.addRow(row, runs, merge) else { return false }
    rowsTaken += 1
    return true
  }
}

@Suite("Rows that are merged whole", .timeLimit(.minutes(15)))
struct PlainMergeTests {
  static let schema = TableSchema(
    name: "t",
    families: [
      ColumnFamily("f"), ColumnFamily("g", versionsMax: 3),
      ColumnFamily("h", timeToLive: .microseconds(60)),
    ])
  private let layout = FamilyLayout(record: .numbering(schema, id: 1))

  /// What a file is made of, and how.
  private struct Merge {
    var cursors: [CellCursor]
    var moments: [PinnedMoment]
    var isBottom = false
    var options: TableOptions
  }

  /// Merges into a file twice, by rows and by cells, which must make the same of it; returns how many rows were taken whole.
  private func write(_ path: String, _ disk: InMemoryFileSystem, _ merge: () -> Merge) throws -> Int
  {
    var files: [[UInt8]] = []
    var rowsTaken = 0
    for takesRows in [false, true] {
      let merge = merge()
      let name = takesRows ? path : path + ".cells"
      let file = try disk.open(name, .createNew)
      let builder = TableBuilder(file: file, options: merge.options)
      let sink = ChoosingSink(builder, takesRows: takesRows)
      let cursor = MergeCursor.over(merge.cursors)
      try cursor.seekToFirst()
      let filter = CompactionFilter(
        moments: merge.moments, layout: layout, isBottom: merge.isBottom)
      try filter.run(cursor, into: sink)
      if builder.cellCount > 0 { _ = try builder.finish() }
      files.append(try file.readUpTo(Int(file.size()), at: 0))
      rowsTaken += sink.rowsTaken
    }
    #expect(files[0] == files[1])
    return rowsTaken
  }

  /// Cells of a few rows, most of them puts; their sequences go on from `sequence`.
  private func memtable(
    _ random: inout SplitMix64, _ sequence: inout UInt64, rows: Int, deletes: Double
  ) -> MemTable {
    let table = MemTable(capacityBytes: 1 << 20)
    for _ in 0..<random.below(60) {
      let row = Bytes(utf8: "row\(random.below(rows))")
      let columns = random.chance(0.5) ? 1 : 1 + random.below(12)
      for column in 0..<columns {
        sequence += 1
        let timestamp = random.chance(0.9) ? Int64(sequence) : Int64(random.below(200))
        var key: [UInt8] = []
        var value = [UInt8](repeating: UInt8(column), count: random.below(40))
        let family = UInt8(1 + (random.chance(0.8) ? 0 : random.below(3)))
        let kind: CellKind =
          random.chance(deletes)
          ? [.deleteColumn, .deleteVersion, .deleteFamily, .expiringPut][random.below(4)] : .put
        if kind == .deleteFamily {
          CellKey.appendFamilyDelete(
            family: family, timestamp: timestamp, sequence: sequence, to: &key)
        } else {
          let qualifier = Bytes(utf8: "q\(random.chance(0.9) ? column : random.below(3))")
          qualifier.withUnsafeBytes {
            CellKey.append(
              family: family, qualifier: $0, timestamp: timestamp, sequence: sequence, kind: kind,
              to: &key)
          }
        }
        if !CellKind.isPut(kind.rawValue) { value = [] }
        if kind == .expiringPut {
          value = []
          value.appendFixed64LE(UInt64(1 + random.below(100)))
        }
        insert(row, key, value, into: table)
      }
    }
    return table
  }

  private func insert(_ row: Bytes, _ key: [UInt8], _ value: [UInt8], into table: MemTable) {
    row.withUnsafeBytes { row in
      key.withUnsafeBytes { key in
        value.withUnsafeBytes { value in
          table.insert(row: row, rowHash: RowHash.hash(row), key: key, value: value)
        }
      }
    }
  }

  @Test("Files are the same, byte for byte, as if their cells had been written one by one")
  func same() throws {
    TestSeed.announce("PlainMergeTests")
    var random = SplitMix64(seed: TestSeed.value)
    var rowsTaken = 0
    for round in 0..<(150 * TestSeed.effort) {
      let disk = InMemoryFileSystem()
      var sequence: UInt64 = 0
      let deletes = [0, 0, 0.03, 0.2][random.below(4)]
      let rows = 1 + random.below(40)
      let options = TableOptions(
        blockBytes: [128, 600, 4096, 16 << 10][random.below(4)],
        compression: [.none, .lz4, .snappy][random.below(3)], regionID: 1, localityGroup: 0,
        bloomFilter: random.chance(0.2) ? .rowAndColumn : .row, notesAges: random.chance(0.5))
      var tables: [Table] = []
      var moments: [PinnedMoment] = []
      for number in 0..<(1 + random.below(9)) {
        let memtable = memtable(&random, &sequence, rows: rows, deletes: deletes)
        // At times there is a snapshot, and at times the present is not all that has been written.
        if random.chance(0.2) {
          moments.append(PinnedMoment(sequence: sequence, time: Int64(sequence)))
        }
        let present = PinnedMoment(
          sequence: random.chance(0.8) ? sequence : sequence / 2, time: Int64(sequence))
        let seen = moments.filter { $0.sequence < present.sequence } + [present]
        rowsTaken += try write("/\(number).sst", disk) {
          Merge(cursors: [memtable.makeCursor()], moments: seen, options: options)
        }
        if try disk.open("/\(number).sst", .read).size() > 0 {
          tables.append(try TestTable.open("/\(number).sst", disk, number: UInt64(number + 1)))
        }
      }
      if tables.isEmpty { continue }
      let present = PinnedMoment(sequence: sequence, time: Int64(sequence) + 20)
      let seen = moments.filter { $0.sequence < present.sequence } + [present]
      let isBottom = random.chance(0.5)
      rowsTaken += try write("/merged\(round).sst", disk) {
        Merge(
          cursors: tables.map { $0.makeCursor(.mayBlock, fillsCache: false) }, moments: seen,
          isBottom: isBottom, options: options)
      }
    }
    #expect(rowsTaken > 1000 * TestSeed.effort)
  }

  @Test("Rows and cells out of order are corruption, and name the file that was to be written")
  func order() throws {
    let disk = InMemoryFileSystem()
    let merge = PlainMerge(moments: [PinnedMoment(sequence: 9, time: 9)], layout: layout)
    let builder = TableBuilder(
      file: try disk.open("/x.sst", .createNew),
      options: TableOptions(regionID: 1, localityGroup: 0))
    let table = MemTable(capacityBytes: 1 << 16)
    for row in ["a", "b"] {
      var key: [UInt8] = []
      Bytes(utf8: "q").withUnsafeBytes {
        CellKey.append(
          family: 1, qualifier: $0, timestamp: 1, sequence: 1, kind: .put, to: &key)
      }
      insert(Bytes(utf8: row), key, [7], into: table)
    }
    let cursor = table.makeCursor()
    for row in ["b", "a"] {
      try Bytes(utf8: row).withRawBytes { (row) throws(StoreError) in
        try cursor.seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
        var runs = CellRuns()
        #expect(cursor.appendRowAhead(to: &runs))
        do throws(StoreError) {
          #expect(try builder.addRow(row, runs, merge))
          #expect(row.elementsEqual("b".utf8))
        } catch {
          #expect(error.code == .corruption)
          #expect(error.file == "/x.sst")
          #expect(row.elementsEqual("a".utf8))
        }
      }
    }
    #expect(builder.cellCount == 1)

    // The same cell twice, from two places, is for others to judge.
    let other = table.makeCursor()
    try Bytes(utf8: "b").withRawBytes { (row) throws(StoreError) in
      let first = UnsafeRawBufferPointer(start: nil, count: 0)
      try cursor.seek(row: row, key: first)
      try other.seek(row: row, key: first)
    }
    var runs = CellRuns()
    #expect(cursor.appendRowAhead(to: &runs))
    #expect(other.appendRowAhead(to: &runs))
    #expect(try !merge.forEachKept(runs) { _, _ in })
  }
}

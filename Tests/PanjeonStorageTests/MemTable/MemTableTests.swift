// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Memtable")
struct MemTableTests {
  private func insert(_ entry: CellModel.Entry, into table: MemTable) {
    entry.row.withUnsafeBytes { row in
      entry.key.withUnsafeBytes { key in
        entry.value.withUnsafeBytes { value in
          table.insert(row: row, rowHash: RowHash.hash(row), key: key, value: value)
        }
      }
    }
  }

  @Test("A cursor shows the cells in order, in whatever order they came")
  func cursor() throws {
    TestSeed.announce("MemTableTests")
    var random = SplitMix64(seed: TestSeed.value)
    for round in 0..<(20 * TestSeed.effort) {
      let isWide = round % 3 == 0
      let model = CellModel.random(&random, rows: isWide ? 3 : 80, cellsMax: isWide ? 400 : 6)
      let table = MemTable(capacityBytes: 1 << 20)
      // As batches bring them: shuffled, or a row at a time, or in order.
      let order =
        round % 2 == 0 ? model.entries.shuffled(using: &random) : model.entries
      for entry in order { insert(entry, into: table) }
      #expect(table.cellCount == UInt64(model.entries.count))
      try model.compare(table.makeCursor(), moves: 200, &random, "round \(round)")
      for row in model.rows {
        #expect(row.withUnsafeBytes { table.makeCursor(rowHash: RowHash.hash($0), row: $0) } != nil)
      }
      let absent = Bytes(utf8: "absent")
      #expect(
        absent.withUnsafeBytes { table.makeCursor(rowHash: RowHash.hash($0), row: $0) } == nil)
    }
  }

  @Test("Rows beyond what the hash index takes are found all the same")
  func overfullIndex() throws {
    var random = SplitMix64(seed: TestSeed.value)
    // An index for 16 KiB has 64 slots and takes 48 rows.
    let table = MemTable(capacityBytes: 16 << 10)
    var model = CellModel()
    for number in 0..<110 {
      var key: [UInt8] = []
      CellKey.appendFamilyDelete(family: 1, timestamp: 1, sequence: UInt64(number + 1), to: &key)
      model.append(.init(row: Bytes(utf8: "\(number)"), key: Bytes(key), value: Bytes()))
    }
    for entry in model.entries {
      try #require(table.canInsert(bytes: 150))
      insert(entry, into: table)
    }
    model.sort()
    for row in model.rows {
      #expect(row.withUnsafeBytes { table.makeCursor(rowHash: RowHash.hash($0), row: $0) } != nil)
    }
    try model.compare(table.makeCursor(), moves: 300, &random, "overfull")
  }

  @Test("Readers beside the writer see whole cells, in order, and never lose one they could see")
  func concurrentReaders() throws {
    let table = MemTable(capacityBytes: 16 << 20)
    let inserted = Atomic<Int>(0)
    let faults = Atomic<Int>(0)
    let cells = 20_000
    func entry(_ number: Int) -> CellModel.Entry {
      var key: [UInt8] = []
      // A permutation of the rows, so that insertions fall everywhere.
      let row = (number &* 7919) % 500
      withUnsafeBytes(of: UInt64(number).bigEndian) {
        CellKey.append(
          family: 1, qualifier: $0, timestamp: 1, sequence: UInt64(number + 1), kind: .put,
          to: &key)
      }
      let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 40)
      return .init(row: Bytes(utf8: "row \(1000 + row)"), key: Bytes(key), value: Bytes(value))
    }
    func read() {
      while inserted.load(ordering: .acquiring) < cells {
        let least = inserted.load(ordering: .acquiring)
        var count = 0
        var last: CellModel.Entry?
        let cursor = table.makeCursor()
        try? cursor.seekToFirst()
        while let current = CellModel.current(cursor) {
          count += 1
          let number = current.key.withUnsafeBytes { CellKey.sequence($0) } &- 1
          let isWhole =
            current.value.count == 40
            && Array(current.value).allSatisfy { $0 == UInt8(truncatingIfNeeded: number) }
          if !isWhole || last.map({ $0 >= current }) ?? false { faults.add(1, ordering: .relaxed) }
          last = current
          try? cursor.next()
        }
        if count < least { faults.add(1, ordering: .relaxed) }
      }
    }
    withThreads(2, read) {
      for number in 0..<cells {
        insert(entry(number), into: table)
        inserted.store(number + 1, ordering: .releasing)
      }
    }
    #expect(faults.load(ordering: .relaxed) == 0)
  }

  @Test("A row that is linked and has no cell yet is passed over, forward and back")
  func rowsWithoutCells() throws {
    let table = MemTable(capacityBytes: 1 << 16)
    for row in ["b", "d"] as [Bytes] {
      var key: [UInt8] = []
      Bytes("q").withUnsafeBytes {
        CellKey.append(family: 1, qualifier: $0, timestamp: 1, sequence: 1, kind: .put, to: &key)
      }
      insert(.init(row: row, key: Bytes(key), value: "v"), into: table)
    }
    for row in ["a", "c", "cc", "e"] as [Bytes] {
      row.withUnsafeBytes { _ = table.findOrInsertRow($0, RowHash.hash($0)) }
    }
    let cursor = table.makeCursor()
    func row() -> Bytes? { cursor.current.map { Bytes(Array($0.row)) } }
    try cursor.seekToRow(before: nil)
    #expect(row() == "d")
    for (bound, expected) in [("f", "d"), ("e", "d"), ("d", "b"), ("cc", "b"), ("c", "b")]
      as [(Bytes, Bytes)]
    {
      try bound.withRawBytes { (bytes) throws(StoreError) in try cursor.seekToRow(before: bytes) }
      #expect(row() == expected, "before \(bound)")
    }
    for bound in ["b", "a"] as [Bytes] {
      try bound.withRawBytes { (bytes) throws(StoreError) in try cursor.seekToRow(before: bytes) }
      #expect(row() == nil, "before \(bound)")
    }
    try cursor.seekToFirst()
    #expect(row() == "b")
    try cursor.nextRow()
    #expect(row() == "d")
    try cursor.nextRow()
    #expect(row() == nil)
  }

  @Test("Going back beside a writer never leads to a row behind the bound, nor past all rows")
  func goingBackBesideAWriter() {
    let rows = 20_000
    let table = MemTable(capacityBytes: 16 << 20)
    let isDone = Atomic(false)
    let faults = Atomic(0)
    func insert(_ number: Int, _ sequence: Int) {
      var key: [UInt8] = []
      Bytes("q").withUnsafeBytes {
        CellKey.append(
          family: 1, qualifier: $0, timestamp: 1, sequence: UInt64(sequence), kind: .put, to: &key)
      }
      self.insert(
        .init(row: Bytes(utf8: "row \(100_000 + number)"), key: Bytes(key), value: "v"),
        into: table)
    }
    // The least row is there from the start, so that something always lies before a bound.
    insert(0, 1)
    func read() {
      let cursor = table.makeCursor()
      var random = SplitMix64(seed: 9)
      while !isDone.load(ordering: .acquiring) {
        let bound = Bytes(utf8: "row \(100_000 + 1 + random.below(rows))")
        try? bound.withRawBytes { (bytes) throws(StoreError) in
          try cursor.seekToRow(before: bytes)
        }
        let isRight = cursor.current.map { Bytes(Array($0.row)) < bound } ?? false
        try? cursor.seekToRow(before: nil)
        if !isRight || cursor.current == nil { faults.add(1, ordering: .relaxed) }
      }
    }
    withThreads(2, read) {
      // Descending, so that the newest row is the one before many bounds.
      for number in (1..<rows).reversed() { insert(number, rows - number + 1) }
      isDone.store(true, ordering: .releasing)
    }
    #expect(faults.load(ordering: .relaxed) == 0)
  }

  /// Runs `work` on threads of its own while `body` runs on this one.
  private func withThreads(_ count: Int, _ work: () -> Void, _ body: () -> Void) {
    withoutActuallyEscaping(work) { work in
      let box = Box(work)
      let threads = (0..<count).map { _ in
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(box).toOpaque()
        pthread_create(
          &thread, nil,
          { argument in
            guard let argument else { return nil }
            Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().work()
            return nil
          }, argument)
        return thread
      }
      body()
      for thread in threads { pthread_join(thread, nil) }
    }
  }

  private final class Box {
    let work: () -> Void
    init(_ work: @escaping () -> Void) { self.work = work }
  }
}

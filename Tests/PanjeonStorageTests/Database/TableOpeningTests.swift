// SPDX-License-Identifier: Apache-2.0

import Foundation
import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

/// How many threads are opening files, and how many were at the most.
private final class Openers: Sendable {
  private let counts = Mutex((now: 0, most: 0))

  var most: Int { counts.withLock { $0.most } }

  func come() {
    counts.withLock { counts in
      counts.now += 1
      counts.most = max(counts.most, counts.now)
    }
  }

  func go() { counts.withLock { $0.now -= 1 } }

  /// Waits until so many have been there at once, or for a second.
  func wait(for count: Int) {
    for _ in 0..<1000 where most < count { usleep(1000) }
  }
}

@Suite("Opening SSTables", .timeLimit(.minutes(15)))
struct TableOpeningTests {
  private let disk = InMemoryFileSystem()

  private func records(_ count: Int) throws -> [FileRecord] {
    var random = SplitMix64(seed: 1)
    let model = CellModel.random(&random, rows: 3, cellsMax: 3)
    return try (1...UInt64(count)).map { number in
      let options = TableOptions(blockBytes: 100, regionID: 1, localityGroup: 0)
      _ = try TestTable.write(model, to: "/\(number)", disk, options: options)
      return FileRecord(
        regionID: 1, group: 0, number: number, level: 0, fileBytes: 0, cellCount: 0, deleteCount: 0,
        smallestSequence: 0, largestSequence: 0, smallestRow: "a", largestRow: "b")
    }
  }

  private func open(_ record: FileRecord) throws(StoreError) -> TableFile {
    let cache = BlockCache(budget: MemoryBudget(totalBytes: 1 << 20))
    return try TableFile.open(
      file: try disk.open("/\(record.number)", .read), number: record.number, cache: cache)
  }

  @Test(
    "Files are opened by several threads if there are many of them", arguments: [1, 15, 16, 100])
  func all(count: Int) throws {
    let openers = Openers()
    let threads = count >= 32 ? TableOpening.threadsMax : count >= 16 ? 2 : 1
    let files = try TableOpening.run(try records(count)) { record throws(StoreError) in
      openers.come()
      defer { openers.go() }
      openers.wait(for: threads)
      return try open(record)
    }
    #expect(openers.most == threads)
    #expect(files.count == count)
    for (number, file) in files { #expect(file.number == number && file.path == "/\(number)") }
  }

  @Test("One that is left out is not there; of those that cannot be opened the first is named")
  func failures() throws {
    let records = try records(60)
    let some = try TableOpening.run(records) { record throws(StoreError) in
      record.number % 3 == 0 ? nil : try open(record)
    }
    #expect(Set(some.keys) == Set((1...60).filter { $0 % 3 != 0 }))
    for round in 0..<10 {
      do {
        _ = try TableOpening.run(records) { record throws(StoreError) in
          // The first to fail is the first, or the last, to be done with.
          let isFirst = record.number == 21
          usleep(record.number < 21 ? 100 : isFirst ? (round % 2 == 0 ? 8000 : 500) : 3000)
          if record.number >= 21 { throw StoreError(.io, "number \(record.number)") }
          return try open(record)
        }
        Issue.record("opened")
      } catch {
        #expect(error.message == "number 21")
      }
    }
  }

  @Test("A store of many files on the system's disk is opened with all of them")
  func store() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    var configuration = StoreConfiguration()
    configuration.memtableBytesMax = 32 << 10
    configuration.tableFileBytesMax = 4 << 10
    let path = scratch.path
    var random = SplitMix64(seed: 2)
    let store = try await EmbeddedStore.open(at: path, configuration: configuration)
    try await store.createTable(TestStore.schema)
    for number in 0..<300 {
      var put = Put(TestStore.row(number))
      let value = Bytes((0..<900).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      put.add(family: "data", qualifier: "q", value: value)
      try await store.put(put, in: "t", durability: .memory)
    }
    try await store.compact(table: "t")
    try await store.close()
    let again = try await EmbeddedStore.openReadOnly(at: path, configuration: configuration)
    let group = try again.catalog.table("t").regions[0].view.groups[0]
    #expect(group.bottom.count > 32)
    let rows = try await TestStore.rows(again.scan(Scan(), in: "t")).map(\.row)
    #expect(rows == (0..<300).map(TestStore.row).sorted())
    try await again.close()
  }
}

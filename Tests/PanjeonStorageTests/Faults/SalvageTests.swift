// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Salvage")
struct SalvageTests {
  private static let path = "/store"
  private static let column = Column(family: "data", qualifier: "q")

  /// A store of two hundred rows in SSTables and twenty in the log, as a killed process leaves it.
  private func makeStore() async throws -> InMemoryFileSystem {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema)
    for number in 0..<200 {
      try await put(number, store)
      if number == 80 { try await store.flush() }
    }
    try await store.flush()
    try await TestStore.settle(store)
    for number in 200..<220 { try await put(number, store) }
    let left = disk.killProcess()
    try await store.close()
    return left
  }

  private static func row(_ number: Int) -> Bytes {
    Bytes(utf8: "row \(1000 + number)")
  }

  private func put(_ number: Int, _ store: EmbeddedStore) async throws {
    let value = Bytes(utf8: String(repeating: "\(number) ", count: 12))
    try await store.mutate(
      RowMutations(Self.row(number), [.put(Self.column, timestamp: nil, value: value)]), in: "t",
      durability: .disk)
  }

  private func salvage(
    _ disk: InMemoryFileSystem
  ) async throws -> (rows: Set<Bytes>, report: VerificationReport) {
    let (store, report) = try await EmbeddedStore.salvage(
      at: Self.path, configuration: TestStore.configuration(disk))
    var rows: Set<Bytes> = []
    for schema in try await store.tables() {
      for row in try await TestStore.rows(store.scan(Scan(), in: schema.name)) {
        rows.insert(row.row)
      }
    }
    #expect(store.isReadOnly)
    try await store.close()
    return (rows, report)
  }

  private var all: Set<Bytes> { Set((0..<220).map(Self.row)) }

  /// What is missing must lie in the rows of some finding.
  private func expectNamed(_ rows: Set<Bytes>, _ report: VerificationReport) {
    for row in all.subtracting(rows) {
      let isNamed = report.findings.contains { $0.rows?.contains(row) ?? ($0.kind == .log) }
      #expect(isNamed, "\(row) is lost and not named: \(report.findings)")
    }
  }

  @Test("An undamaged store is salvaged whole, with nothing to report")
  func whole() async throws {
    let (rows, report) = try await salvage(makeStore())
    #expect(rows == all)
    #expect(report.findings == [])
  }

  @Test("Whatever single bit of an SSTable is wrong, all rows are read but those that are named")
  func damagedTables() async throws {
    TestSeed.announce("damagedTables")
    let disk = try await makeStore()
    var random = SplitMix64(seed: TestSeed.value)
    var lost = 0
    for name in try disk.list(Self.path).filter({ $0.hasSuffix(".sst") }) {
      let path = Self.path + "/" + name
      let size = try #require(disk.contents(of: path)).count
      for _ in 0..<(25 * TestSeed.effort) {
        let copy = disk.killProcess()
        copy.flipBit(random.below(8 * size), of: path)
        let (rows, report) = try await salvage(copy)
        #expect(!report.isSound)
        expectNamed(rows, report)
        #expect(rows.isSubset(of: all))
        lost += all.count - rows.count
      }
    }
    #expect(lost > 0, "some flip must have cost something")
  }

  @Test("A log with a hole gives the records in front of and behind it, and names the hole")
  func damagedLog() async throws {
    TestSeed.announce("damagedLog")
    let disk = try await makeStore()
    var random = SplitMix64(seed: TestSeed.value)
    let name = try #require(disk.list(Self.path).last { $0.hasSuffix(".log") })
    let path = Self.path + "/" + name
    let size = try #require(disk.contents(of: path)).count
    for _ in 0..<30 {
      let copy = disk.killProcess()
      copy.flipBit(8 * 60 + random.below(8 * (size - 60)), of: path)
      let (rows, report) = try await salvage(copy)
      // One record, of one row, is all that a bit can cost.
      #expect(rows.count >= all.count - 1)
      expectNamed(rows, report)
    }
  }

  @Test("Without CURRENT, and with a MANIFEST cut short, what the files hold is read")
  func damagedManifest() async throws {
    let disk = try await makeStore()
    let noCurrent = disk.killProcess()
    try noCurrent.remove(Self.path + "/CURRENT")
    let (rows, report) = try await salvage(noCurrent)
    #expect(rows == all)
    #expect(report.findings.contains { $0.kind == .missing && $0.file == "CURRENT" })

    let manifest = try #require(disk.list(Self.path).first { $0.hasPrefix("MANIFEST") })
    let path = Self.path + "/" + manifest
    let size = try #require(disk.contents(of: path)).count
    var salvaged = 0
    for place in stride(from: 0, to: size, by: max(1, size / 40)) {
      let copy = disk.killProcess()
      copy.flipBit(8 * place + 3, of: path)
      do {
        // The last edit may look like a torn end; what it said the log says too.
        let (rows, report) = try await salvage(copy)
        // If the edit that created the table could be read, so can everything.
        if !rows.isEmpty {
          #expect(rows == all, "byte \(place): \(report.findings)")
          salvaged += 1
        }
      } catch {
        #expect((error as? StoreError)?.code == .corruption, "byte \(place): \(error)")
      }
    }
    #expect(salvaged > 10)
  }

  @Test("Files of regions that came to be behind the damage are read all the same")
  func unknownRegions() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema)
    for number in 0..<100 { try await put(number, store) }
    try await store.flush()
    let manifest = try #require(disk.list(Self.path).first { $0.hasPrefix("MANIFEST") })
    let readable = try #require(disk.contents(of: Self.path + "/" + manifest)).count
    try await store.split(table: "t", at: Self.row(110))
    for number in 100..<220 { try await put(number, store) }
    try await store.flush()
    try await TestStore.settle(store)
    let left = disk.killProcess()
    try await store.close()
    // Everything from the split on is unreadable.
    left.flipBit(8 * (readable + 30), of: Self.path + "/" + manifest)
    let (rows, report) = try await salvage(left)
    #expect(rows == all, "\(all.subtracting(rows).sorted().prefix(5)) \(report.findings)")
    #expect(report.findings.contains { $0.kind == .regions && $0.table == "t" && $0.rows != nil })
  }

  @Test("A missing SSTable costs its rows and nothing else")
  func missingFile() async throws {
    let disk = try await makeStore()
    let name = try #require(disk.list(Self.path).first { $0.hasSuffix(".sst") })
    try disk.remove(Self.path + "/" + name)
    let (rows, report) = try await salvage(disk)
    #expect(rows.count >= 20 && rows.count < 220)
    expectNamed(rows, report)
    #expect(report.findings.first?.kind == .missing)
  }
}

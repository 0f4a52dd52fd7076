// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Regions", .serialized)
struct RegionTests {
  private static let column = Column(family: "data", qualifier: "q")

  private func put(_ row: Bytes, _ value: Bytes) -> RowMutations {
    RowMutations(row, [.put(Self.column, timestamp: nil, value: value)])
  }

  private static func row(_ number: Int) -> Bytes { Bytes(utf8: "row \(10_000 + number)") }

  @Test("A table cut into regions reads as one, both ways, and still does when it is opened again")
  func readsAsOne() async throws {
    let disk = InMemoryFileSystem()
    var store = try await TestStore.open(disk)
    let points = stride(from: 100, to: 2000, by: 100).map(Self.row)
    try await store.createTable(TestStore.schema, splitAt: points)
    for number in 0..<2000 {
      try await store.mutate(put(Self.row(number * 7 % 2000), "v"), in: "t", durability: .memory)
    }
    for _ in 0..<2 {
      let info = try await store.info()
      let regions = try #require(info.tables.first).regions
      #expect(regions.map(\.rows.start) == [Bytes()] + points)
      #expect(regions.map(\.rows.stop) == points + [nil])
      for isReversed in [false, true] {
        let scan = Scan(
          KeyRange(from: Self.row(150), to: Self.row(1750)), isReversed: isReversed)
        let rows = try await TestStore.rows(store.scan(scan, in: "t")).map(\.row)
        let expected = (150..<1750).map(Self.row)
        #expect(rows == (isReversed ? expected.reversed() : expected))
      }
      let limited = Scan(KeyRange(from: Self.row(99), to: nil), rowsMax: 3)
      let rows = try await TestStore.rows(store.scan(limited, in: "t")).map(\.row)
      #expect(rows == [99, 100, 101].map(Self.row))
      try await store.close()
      store = try await TestStore.open(disk)
    }
    try await store.close()
  }

  @Test("An idle region does not keep the log: its few records are flushed, and nothing is lost")
  func idleRegion() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema, splitAt: ["b", "c", "d"])
    for row in ["a", "b", "d"] as [Bytes] {
      try await store.mutate(put(row, "once"), in: "t", durability: .operatingSystem)
    }
    let filler = Bytes([UInt8](repeating: 7, count: 400))
    let bound = UInt64(TestStore.configuration(disk).logRetentionBytesMax)
    var greatest: UInt64 = 0
    for number in 0..<3000 {
      try await store.mutate(
        put(Bytes(utf8: "c\(number % 50)"), filler), in: "t", durability: .operatingSystem)
      if number % 100 == 99 {
        try await TestStore.settle(store)
        let live = try #require(store.background).segments.live.bytes
        greatest = max(greatest, live)
      }
    }
    // A segment in the making comes on top.
    #expect(greatest <= bound + 2 * UInt64(TestStore.configuration(disk).logSegmentBytes))
    let left = disk.killProcess()
    try await store.close()
    let again = try await TestStore.open(left)
    for row in ["a", "b", "d"] as [Bytes] {
      #expect(
        try await again.get(Get(row), in: "t")?.value(family: "data", qualifier: "q") == "once")
    }
    try await again.close()
  }

  @Test("Regions that all fill evenly, none of them full, do not keep the log either")
  func evenRegions() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    var schema = TestStore.schema
    schema.splitPolicy = .manual
    try await store.createTable(schema, splitAt: (1..<40).map(Self.row))
    let configuration = TestStore.configuration(disk)
    let value = Bytes([UInt8](repeating: 8, count: 200))
    for number in 0..<2000 {
      try await store.mutate(put(Self.row(number % 40), value), in: "t", durability: .memory)
    }
    try await TestStore.settle(store)
    let live = try #require(store.background).segments.live.bytes
    #expect(
      live <= UInt64(configuration.logRetentionBytesMax + 2 * configuration.logSegmentBytes))
    let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
    #expect(rows.count == 40)
    try await store.close()
  }

  @Test("Hundreds of regions with a file each open on a real disk")
  func regionsWithFiles() async throws {
    let path = try TemporaryDirectory.create()
    defer { try? TemporaryDirectory.remove(path) }
    let count = TestSeed.effort > 1 ? 1500 : 200
    var store = try await EmbeddedStore.open(at: path)
    try await store.createTable(TestStore.schema, splitAt: (1..<count).map(Self.row))
    for number in 0..<count {
      try await store.mutate(put(Self.row(number), "v"), in: "t", durability: .memory)
    }
    try await store.close()
    store = try await EmbeddedStore.open(at: path)
    let regions = try #require(try await store.info().tables.first).regions
    #expect(regions.allSatisfy { $0.groups[0].upperFiles == 1 })
    let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
    #expect(rows.map(\.row) == (0..<count).map(Self.row))
    try await store.close()
  }

  @Test("A thousand regions open in under a second and cost less than 256 KiB each")
  func thousandRegions() async throws {
    let disk = InMemoryFileSystem()
    var configuration = StoreConfiguration()
    configuration.fileSystem = disk
    let points = (1..<1000).map(Self.row)
    let first = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await first.createTable(TestStore.schema, splitAt: points)
    for number in stride(from: 0, to: 1000, by: 10) {
      try await first.mutate(put(Self.row(number), "v"), in: "t", durability: .memory)
    }
    try await first.close()
    let before = Self.residentBytes()
    let clock = SystemTimeSource()
    let begin = clock.monotonicNanoseconds()
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    let seconds = Double(clock.monotonicNanoseconds() - begin) / 1e9
    let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
    #expect(rows.count == 100)
    let bytes = (Self.residentBytes() ?? 0) - (before ?? 0)
    print("thousandRegions: opened in \(seconds) s, \(bytes / 1000) bytes a region")
    // Other suites run at the same time, and a debug build takes several times as long.
    #if DEBUG
      #expect(seconds < 8)
    #else
      #expect(seconds < 1)
    #endif
    #expect(bytes < 1000 * 256 << 10)
    try await store.close()
  }

  /// The memory that this process has in fact, where the kernel says.
  private static func residentBytes() -> Int? {
    guard let file = fopen("/proc/self/statm", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    let text = String(
      decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 }
  }
}

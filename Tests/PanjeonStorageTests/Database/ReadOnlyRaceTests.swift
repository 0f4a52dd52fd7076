// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

/// A writer whose batches set all rows to one number, so that a reader can tell what it sees.
private actor CountingWriter {
  static let rows = (0..<10).map(TestStore.row)
  /// A row that only some batches set, and that is removed by range.
  private static let passingRow: Bytes = "row x"
  private static let column = Column(family: "data", qualifier: "n")

  private var store: EmbeddedStore
  private let configuration: StoreConfiguration
  private let path: String
  private(set) var number = 0
  private var edits = 0

  init(_ fileSystem: any FileSystem, at path: String = "/store") async throws {
    configuration = TestStore.configuration(fileSystem)
    self.path = path
    store = try await EmbeddedStore.open(at: path, configuration: configuration)
    try await store.createTable(TestStore.schema)
    try await write()
  }

  func write(withPassingRow: Bool = false) async throws {
    number += 1
    var batch = AtomicBatch()
    for row in Self.rows + (withPassingRow ? [Self.passingRow] : []) {
      let filler = Mutation.put(
        Column(family: "other", qualifier: "filler"), timestamp: nil,
        value: Bytes([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 200)))
      let count = Mutation.put(Self.column, timestamp: nil, value: Bytes(utf8: String(number)))
      batch.operations.append(
        BatchOperation(
          table: "t", operation: CheckAndMutate([], RowMutations(row, [count, filler]))))
    }
    _ = try await store.commit(batch, since: nil, durability: .operatingSystem)
  }

  /// Writes, flushes and compacts until files have been removed and the log has been used again.
  func compact() async throws {
    for _ in 0..<9 {
      try await write()
      try await store.flush()
    }
    try await TestStore.settle(store)
  }

  /// Begins another MANIFEST and another log.
  func reopen() async throws {
    try await store.close()
    store = try await EmbeddedStore.open(at: path, configuration: configuration)
    try await write()
  }

  /// Changes the regions.
  func reshape(_ random: inout SplitMix64) async throws {
    try await TestStore.reshape(store, "t", rows: Self.rows, &random)
    try await write()
  }

  func reshape() async throws {
    var random = SplitMix64(seed: UInt64(number))
    try await reshape(&random)
  }

  /// Gives the passing row a region of its own: all that is written after its removal is for regions that a reader knows
  /// who does not know of the removal.
  func cutAtPassingRow() async throws {
    if try store.catalog.table("t").regions.contains(where: { $0.rows.start == Self.passingRow }) {
      return
    }
    try await store.split(table: "t", at: Self.passingRow)
  }

  /// Removes the passing row by range, and sets the others.
  func removeRows() async throws {
    try await store.deleteRows(in: KeyRange(from: Self.passingRow), of: "t")
    try await write()
  }

  /// Adds an edit to the MANIFEST that removes nothing.
  func edit() async throws {
    edits += 1
    let bytes = (1 << 30) + edits
    try await store.setSplitPolicy(SplitPolicy(.constantSize(bytesMax: bytes)), of: "t")
  }

  func close() async throws {
    try await store.close()
  }

  /// The number that every row of a store has; nil when they differ or some are missing.
  static func number(in store: EmbeddedStore) async throws -> Int? {
    let found = try await TestStore.rows(store.scan(Scan(), in: "t"))
    let numbers = Set(found.map { $0.value(family: "data", qualifier: "n")?.utf8String })
    let isWhole = [rows, rows + [passingRow]].contains(found.map(\.row))
    guard isWhole, numbers.count == 1, let text = numbers.first else { return nil }
    return text.flatMap { Int($0) }
  }
}

@Suite("ReadOnlyRace")
struct ReadOnlyRaceTests {
  private enum Action: CaseIterable {
    case compact, reopen, reshape, removeRows, removeRegion

    var removes: Bool { self == .removeRows || self == .removeRegion }
  }

  private static func perform(_ action: Action, _ writer: CountingWriter) async throws {
    switch action {
    case .compact: try await writer.compact()
    case .reopen: try await writer.reopen()
    case .reshape: try await writer.reshape()
    case .removeRows, .removeRegion: try await writer.removeRows()
    }
  }

  @Test(
    "Between whichever two calls of the opener a writer compacts, reopens, splits or removes rows, the reader sees a prefix",
    .timeLimit(.minutes(15)))
  func betweenAnyTwoCalls() async throws {
    let disk = InMemoryFileSystem()
    let writer = try await CountingWriter(disk)
    var opened = 0
    for action in Action.allCases {
      try await writer.compact()
      let counter = FailingFileSystem(disk) { _ in nil }
      try await EmbeddedStore.openReadOnly(
        at: "/store", configuration: TestStore.configuration(counter)
      ).close()
      // Every seventh call, or with more effort each.
      let step = TestSeed.effort > 1 ? 1 : 7
      for number in stride(from: 1 + opened % 7, through: counter.callCount, by: step) {
        if action == .removeRegion { try await writer.cutAtPassingRow() }
        try await writer.write(withPassingRow: action.removes)
        let before = await writer.number
        let observed = FailingFileSystem(disk) { call in
          if call.number == number { Blocking.wait { try await Self.perform(action, writer) } }
          return nil
        }
        let reader = try await EmbeddedStore.openReadOnly(
          at: "/store", configuration: TestStore.configuration(observed))
        // What it has not read yet is removed now; a reader does not see it go.
        try await writer.compact()
        let after = await writer.number
        let seen = try await CountingWriter.number(in: reader)
        #expect(seen.map { (before...after).contains($0) } ?? false, "\(action), call \(number)")
        #expect(try await CountingWriter.number(in: reader) == seen)
        try await reader.close()
        opened += 1
      }
    }
    print("betweenAnyTwoCalls: \(opened) readers opened")
    #expect(opened > 30)
    try await writer.close()
  }

  @Test("A MANIFEST that grows between any two calls does not keep a reader out")
  func growingManifest() async throws {
    let disk = InMemoryFileSystem()
    let writer = try await CountingWriter(disk)
    try await writer.compact()
    let observed = FailingFileSystem(disk) { _ in
      Blocking.wait { try await writer.edit() }
      return nil
    }
    let reader = try await EmbeddedStore.openReadOnly(
      at: "/store", configuration: TestStore.configuration(observed))
    #expect(try await CountingWriter.number(in: reader) == writer.number)
    try await reader.close()
    try await writer.close()
  }

  @Test("A writer that removes a file before every opening of it is given up on, with the reason")
  func isBounded() async throws {
    let disk = InMemoryFileSystem()
    let writer = try await CountingWriter(disk)
    try await writer.compact()
    let hidden = FailingFileSystem(disk) { call in
      call.kind == .open && call.path.hasSuffix(".sst") ? .ioError : nil
    }
    let error = await errorOf {
      _ = try await EmbeddedStore.openReadOnly(
        at: "/store", configuration: TestStore.configuration(hidden))
    }
    #expect(error?.code == .io || error?.code == .unavailable)
    #expect(hidden.injected.count <= ReadOnlyOpener.attemptsMax)
    try await writer.close()
  }

  @Test(
    "Readers of real files open and read on beside a writer that flushes and compacts all the time")
  func realFiles() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let writer = try await CountingWriter(PosixFileSystem(), at: scratch.path)
    let isDone = Mutex(false)
    async let writing: Void = {
      for _ in 0..<12 { try await writer.compact() }
      isDone.withLock { $0 = true }
    }()
    var last = 0
    var opened = 0
    var unavailable = 0
    while !isDone.withLock({ $0 }) {
      do {
        let reader = try await EmbeddedStore.openReadOnly(
          at: scratch.path, configuration: TestStore.configuration(PosixFileSystem()))
        let seen = try await CountingWriter.number(in: reader)
        #expect(seen.map { $0 >= last } ?? false, "half a batch, or a reader that went back")
        last = seen ?? last
        for _ in 0..<3 { #expect(try await CountingWriter.number(in: reader) == seen) }
        try await reader.close()
        opened += 1
      } catch let error as StoreError where error.code == .unavailable {
        unavailable += 1
      }
    }
    try await writing
    print("realFiles: \(opened) readers opened, \(unavailable) times unavailable")
    #expect(opened > 10)
    try await writer.close()
  }
}

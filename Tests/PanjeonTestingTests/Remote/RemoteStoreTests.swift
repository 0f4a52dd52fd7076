// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// A store far away answers as the store beneath its server does.
@Suite("RemoteStore")
struct RemoteStoreTests {
  private static let tables = [
    TableSchema(
      name: "m",
      families: [
        ColumnFamily("a"), ColumnFamily("b", versionsMax: 3),
        ColumnFamily("c", versionsMax: 2, versionsMin: 1, timeToLive: .microseconds(4)),
      ]),
    TableSchema(
      name: "locked",
      families: [.lock, ColumnFamily("a", versionsMax: 2), ColumnFamily("b"), ColumnFamily("c")]),
  ]

  private static func answer(_ body: () async throws -> String) async throws -> String {
    do {
      return try await body()
    } catch let error as StoreError {
      return "\(error)"
    }
  }

  private static func text(_ row: RowResult?) -> String {
    guard let row else { return "nothing" }
    let cells = row.map { "\($0.column) \($0.timestamp) \(Array($0.value))" }
    return "\(Array(row.row)) \(cells) \(row.mayHaveMoreCells)"
  }

  private static func all(_ cursor: some RowCursor) async throws -> String {
    var cursor = cursor
    var rows: [String] = []
    while let row = try await cursor.next() { rows.append(text(row)) }
    return rows.joined(separator: "; ")
  }

  @Test("Random calls are answered as by an embedded store", .timeLimit(.minutes(15)))
  func agrees() async throws {
    TestSeed.announce("a store far away against an embedded one")
    var seeds = SplitMix64(seed: TestSeed.value)
    var counts: [String: Int] = [:]
    for _ in 0..<(5 * TestSeed.effort) { try await run(seed: seeds.next(), &counts) }
    print(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    #expect(counts.keys.contains { $0.hasPrefix("noSuchFamily") })
  }

  private func run(seed: UInt64, _ counts: inout [String: Int]) async throws {
    let clock = ManualTimeSource()
    let near = try await RemoteFixture(tables: Self.tables, timeSource: clock).store
    let beneath = try await RemoteFixture(tables: Self.tables, timeSource: clock).store
    var options = StoreServerOptions()
    options.pageRowsMax = 2
    let server = try StoreServer(beneath, options: options)
    let far = try await RemoteFixture.client(port: server.port)
    var draw = StoreCallGenerator(seed: seed)
    for step in 0..<300 {
      if draw.random.chance(0.05) { clock.advance(by: .microseconds(2)) }
      var other = draw
      let ours = try await call(&draw, far, now: clock.wallClockMicroseconds())
      let theirs = try await call(&other, near, now: clock.wallClockMicroseconds())
      #expect(ours == theirs, "PANJEON_SEED=\(TestSeed.value), seed \(seed), step \(step)")
      counts[String(ours.prefix { $0.isLetter }), default: 0] += 1
    }
    for table in Self.tables {
      let rows = try await Self.all(far.scan(Scan(versionsMax: 9), in: table.name))
      #expect(rows == (try await Self.all(beneath.scan(Scan(versionsMax: 9), in: table.name))))
    }
    await server.stop()
    try await near.close()
    try await beneath.close()
  }

  private func call(
    _ draw: inout StoreCallGenerator, _ store: some BatchStore & TableAdministration, now: Int64
  ) async throws -> String {
    let table = draw.random.chance(0.02) ? "none" : draw.random.chance(0.8) ? "m" : "locked"
    switch draw.random.below(12) {
    case 0..<4:
      let operations = draw.batch(in: table, now: now, hasSnapshot: false).operations
      // Of the same row one after the other: which comes first in a batch is the store's affair.
      var rows: Set<RowKey> = []
      let batch = operations.map(\.operation).filter { rows.insert($0.row).inserted }
      let results = await store.checkAndMutate(batch: batch, in: table, durability: .memory)
      return "\(results)"
    case 4, 5:
      let change = draw.readModifyWrite(now: now)
      return try await Self.answer {
        "\(try await store.checkAndMutate(change, in: table, durability: .memory))"
      }
    case 6..<8:
      let get = draw.get()
      return try await Self.answer { Self.text(try await store.get(get, in: table)) }
    case 8..<11:
      let scan = draw.scan()
      return try await Self.answer { try await Self.all(store.scan(scan, in: table)) }
    default:
      return try await Self.answer { try await administer(&draw, store, table) }
    }
  }

  private func administer(
    _ draw: inout StoreCallGenerator, _ store: some TableAdministration, _ table: String
  ) async throws -> String {
    let extra = TableSchema(
      name: "extra", families: [ColumnFamily("x", versionsMax: 1 + draw.random.below(2))])
    switch draw.random.below(8) {
    case 0: try await store.createTable(extra)
    case 1: try await store.alterTable(extra)
    case 2: try await store.dropTable("extra")
    case 3: try await store.truncateTable(table, keepsRegions: draw.random.chance(0.5))
    case 4: try await store.createTable(TableSchema(name: "no name", families: []))
    case 5: return "\(try await store.tables())"
    default: return "\(try await store.schema(of: table))"
    }
    return "done"
  }

  @Test("It knows the store's limits and incarnation")
  func facts() async throws {
    let store = try await RemoteFixture().store
    let server = try StoreServer(store)
    let far = try await RemoteFixture.client(port: server.port)
    #expect(far.limits == store.limits)
    #expect(far.incarnation == store.incarnation && far.incarnation != .unknown)
    await server.stop()
  }

  @Test(
    "Many calls at once, of several clients, are each answered with their own answer",
    .timeLimit(.minutes(15)))
  func manyAtOnce() async throws {
    let store = try await RemoteFixture().store
    var options = StoreServerOptions()
    options.requestsMax = 8
    let server = try StoreServer(store, options: options)
    let clients = [
      try await RemoteFixture.client(port: server.port),
      try await RemoteFixture.client(port: server.port),
    ]
    try await withThrowingTaskGroup { group in
      for number in 0..<2000 {
        let row = Bytes(utf8: "r\(number)")
        group.addTask {
          let client = clients[number % 2]
          let holds = try await client.checkAndMutate(
            RemoteFixture.put(row, row), in: "t", durability: .memory)
          #expect(holds)
          #expect(try await RemoteFixture.value(of: row, in: client) == row)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await RemoteFixture.rows(of: clients[0]).count == 2000)
    await server.stop()
  }

  @Test(
    "Scans come in pages, at once with others, and are let go of with their cursor",
    .timeLimit(.minutes(15)))
  func pages() async throws {
    let store = try await RemoteFixture().store
    for number in 100..<200 {
      _ = try await store.checkAndMutate(
        RemoteFixture.put(Bytes(utf8: "r\(number)")), in: "t", durability: .memory)
    }
    var options = StoreServerOptions()
    options.pageRowsMax = 7
    options.cursorsMax = 3
    let server = try StoreServer(store, options: options)
    let far = try await RemoteFixture.client(port: server.port)
    for _ in 0..<4 { #expect(try await RemoteFixture.rows(of: far).count == 100) }
    var cursors = [
      try await far.scan(Scan(), in: "t"), try await far.scan(Scan(), in: "t"),
      try await far.scan(Scan(), in: "t"),
    ]
    #expect(try await cursors[0].next()?.row == "r100")
    let code = try await RemoteFixture.code { _ = try await far.scan(Scan(), in: "t") }
    #expect(code == .limitExceeded)
    for _ in 0..<50 { for index in cursors.indices { _ = try await cursors[index].next() } }
    #expect(try await cursors[2].next()?.row == "r150")
    cursors.removeAll()
    // What is let go of is closed by a message ahead of this scan, in a task beside its own.
    var isRefused = true
    for _ in 0..<1000 where isRefused {
      let code = try await RemoteFixture.code { _ = try await far.scan(Scan(), in: "t") }
      isRefused = code == .limitExceeded
      if isRefused { try await Task.sleep(for: .milliseconds(5)) }
    }
    #expect(!isRefused)
    await server.stop()
  }

  @Test("A batch of a store that knows none is made one by one", .timeLimit(.minutes(15)))
  func withoutBatches() async throws {
    let store = try await RemoteFixture().store
    let server = try StoreServer(GatedStore(base: store, gate: Gate(isOpen: true)))
    let far = try await RemoteFixture.client(port: server.port)
    let absent = Condition.absent(RemoteFixture.column)
    var second = RemoteFixture.put("a")
    second.conditions = [absent]
    let results = await far.checkAndMutate(
      batch: [RemoteFixture.put("a"), second, RemoteFixture.put("")], in: "t", durability: .memory)
    #expect(results.map { try? $0.get() } == [true, false, nil])
    #expect(far.incarnation == .unknown)
    await server.stop()
  }

  @Test(
    "What is too large to be sent is refused, and the connection goes on",
    .timeLimit(.minutes(15)))
  func tooLarge() async throws {
    let store = try await RemoteFixture().store
    let server = try StoreServer(store)
    let far = try await RemoteFixture.client(port: server.port)
    let large = Bytes([UInt8](repeating: 0, count: WireFormat.payloadBytesMax))
    let code = try await RemoteFixture.code {
      _ = try await far.checkAndMutate(
        RemoteFixture.put("r", large), in: "t", durability: .memory)
    }
    #expect(code == .limitExceeded)
    var filter = Filter.value(.prefix("v"))
    for _ in 0..<100 { filter = .not(filter) }
    let deep = try await RemoteFixture.code {
      _ = try await far.get(Get("r", filter: filter), in: "t")
    }
    #expect(deep == .limitExceeded)
    let value = Bytes([UInt8](repeating: 7, count: 9 << 20))
    _ = try await far.checkAndMutate(RemoteFixture.put("r", value), in: "t", durability: .memory)
    #expect(try await RemoteFixture.value(of: "r", in: far) == value)
    await server.stop()
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

/// What calls come to whose connection breaks, whose server goes, or whose time is up.
@Suite("Lost connections")
struct LostConnectionTests {
  @Test(
    "A lost call and a lost answer are an unknown outcome of a change, made once or never",
    .timeLimit(.minutes(15)), arguments: StoreServerFault.allCases)
  func lostChange(fault: StoreServerFault) async throws {
    let store = try await RemoteFixture().store
    let faults = PlannedFaults()
    let server = try StoreServer(store, fault: faults.decide)
    let far = try await RemoteFixture.client(port: server.port)
    let increment = RemoteFixture.increment("r")
    _ = try await far.checkAndMutate(increment, in: "t", durability: .memory)
    faults.plan(fault, at: .checkAndMutate)
    let code = try await RemoteFixture.code {
      _ = try await far.checkAndMutate(increment, in: "t", durability: .memory)
    }
    #expect(code == .unknownOutcome)
    let expected: Int64 = fault == .dropBeforeExecuting ? 1 : 2
    #expect(try await RemoteFixture.value(of: "r", in: far) == expected.counterValue)
    // The connection is made again, and nothing was sent twice.
    _ = try await far.checkAndMutate(increment, in: "t", durability: .memory)
    #expect(try await RemoteFixture.value(of: "r", in: far) == (expected + 1).counterValue)
    #expect(faults.requests.filter { $0.kind == .checkAndMutate }.count == 3)
    #expect(faults.requests.last?.connection == 2)
    await server.stop()
  }

  @Test(
    "A lost read is unavailable", .timeLimit(.minutes(15)), arguments: StoreServerFault.allCases)
  func lostRead(fault: StoreServerFault) async throws {
    let store = try await RemoteFixture().store
    let faults = PlannedFaults()
    let server = try StoreServer(store, fault: faults.decide)
    let far = try await RemoteFixture.client(port: server.port)
    for kind in [StoreServerRequest.Kind.get, .scan, .schema, .tables] {
      faults.plan(fault, at: kind)
      let code = try await RemoteFixture.code {
        switch kind {
        case .get: _ = try await far.get(Get("r"), in: "t")
        case .scan: _ = try await far.scan(Scan(), in: "t")
        case .schema: _ = try await far.schema(of: "t")
        default: _ = try await far.tables()
        }
      }
      #expect(code == .unavailable, "\(kind)")
    }
    #expect(try await far.get(Get("r"), in: "t") == nil)
    await server.stop()
  }

  @Test(
    "Every change of a lost batch, and a lost change of tables, have an unknown outcome",
    .timeLimit(.minutes(15)))
  func lostBatch() async throws {
    let store = try await RemoteFixture().store
    let faults = PlannedFaults()
    let server = try StoreServer(store, fault: faults.decide)
    let far = try await RemoteFixture.client(port: server.port)
    faults.plan(.dropAfterExecuting, at: .checkAndMutateBatch)
    let results = await far.checkAndMutate(
      batch: [RemoteFixture.put("a"), RemoteFixture.put("b")], in: "t", durability: .memory)
    for result in results {
      guard case .failure(let error) = result else {
        Issue.record("a lost answer was answered")
        continue
      }
      #expect(error.code == .unknownOutcome)
    }
    #expect(results.count == 2)
    #expect(try await RemoteFixture.rows(of: far) == ["a", "b"])
    faults.plan(.dropAfterExecuting, at: .createTable)
    let code = try await RemoteFixture.code {
      try await far.createTable(TableSchema(name: "u", families: [ColumnFamily("f")]))
    }
    #expect(code == .unknownOutcome)
    #expect(try await far.tables().map(\.name) == ["t", "u"])
    await server.stop()
  }

  @Test("A scan ends with its connection, and its server forgets it", .timeLimit(.minutes(15)))
  func lostScan() async throws {
    let store = try await RemoteFixture().store
    for row in ["a", "b", "c", "d"] as [RowKey] {
      _ = try await store.checkAndMutate(RemoteFixture.put(row), in: "t", durability: .memory)
    }
    var options = StoreServerOptions()
    options.pageRowsMax = 2
    options.cursorsMax = 1
    let faults = PlannedFaults()
    let server = try StoreServer(store, options: options, fault: faults.decide)
    let far = try await RemoteFixture.client(port: server.port)
    var cursor = try await far.scan(Scan(), in: "t")
    faults.plan(.dropBeforeExecuting, at: .get)
    let code = try await RemoteFixture.code { _ = try await far.get(Get("a"), in: "t") }
    #expect(code == .unavailable)
    #expect(try await cursor.next()?.row == "a")
    #expect(try await cursor.next()?.row == "b")
    for _ in 0..<2 {
      let code = try await RemoteFixture.code { _ = try await cursor.next() }
      #expect(code == .unavailable)
    }
    #expect(try await RemoteFixture.rows(of: far) == ["a", "b", "c", "d"])
    await server.stop()
  }

  @Test("A client goes on with a new server of the same port and store", .timeLimit(.minutes(15)))
  func restart() async throws {
    let store = try await RemoteFixture().store
    let server = try StoreServer(store)
    let far = try await RemoteFixture.client(port: server.port)
    _ = try await far.checkAndMutate(RemoteFixture.put("a"), in: "t", durability: .memory)
    await server.stop()
    await server.stop()
    let reading = try await RemoteFixture.code { _ = try await far.get(Get("a"), in: "t") }
    #expect(reading == .unavailable)
    let writing = try await RemoteFixture.code {
      _ = try await far.checkAndMutate(RemoteFixture.put("b"), in: "t", durability: .memory)
    }
    // The client knows that there is nobody: the call was not sent.
    #expect(writing == .unavailable)
    let next = try StoreServer(store, port: server.port)
    #expect(next.port == server.port)
    #expect(try await RemoteFixture.value(of: "a", in: far) == "v")
    #expect(try await RemoteFixture.value(of: "b", in: far) == nil)
    await next.stop()
  }

  @Test("Without a server there is no client", .timeLimit(.minutes(15)))
  func noServer() async throws {
    let server = try StoreServer(try await RemoteFixture().store)
    let port = server.port
    await server.stop()
    let code = try await RemoteFixture.code { _ = try await RemoteStore(port: port) }
    #expect(code == .unavailable)
  }

  @Test("A server that stops carries out what has begun", .timeLimit(.minutes(15)))
  func stop() async throws {
    let store = try await RemoteFixture().store
    let faults = PlannedFaults()
    let gate = Gate(isOpen: false)
    let server = try StoreServer(GatedStore(base: store, gate: gate), fault: faults.decide)
    let far = try await RemoteFixture.client(port: server.port)
    async let code = RemoteFixture.code {
      _ = try await far.checkAndMutate(RemoteFixture.put("a"), in: "t", durability: .memory)
    }
    for _ in 0..<10_000 where !faults.requests.contains(where: \.isChange) {
      try await Task.sleep(for: .milliseconds(1))
    }
    async let stopped: Void = server.stop()
    #expect(try await code == .unknownOutcome)
    #expect(try await RemoteFixture.value(of: "a", in: store) == nil)
    gate.open()
    await stopped
    #expect(try await RemoteFixture.value(of: "a", in: store) == "v")
  }

  /// A client of short deadlines, made when the machine is not too busy for them.
  private func impatientClient(port: UInt16) async throws -> RemoteStore {
    for _ in 0..<50 {
      if let client = try? await RemoteStore(port: port, deadline: .milliseconds(500)) {
        return client
      }
    }
    return try await RemoteFixture.client(port: port)
  }

  @Test(
    "Behind its deadline a read is unavailable and a change of unknown outcome, and others go on",
    .timeLimit(.minutes(15)))
  func deadline() async throws {
    let store = try await RemoteFixture().store
    let gate = Gate(isOpen: false)
    let faults = PlannedFaults()
    let server = try StoreServer(GatedStore(base: store, gate: gate), fault: faults.decide)
    let far = try await impatientClient(port: server.port)
    let reading = try await RemoteFixture.code { _ = try await far.get(Get("a"), in: "t") }
    #expect(reading == .unavailable)
    let writing = try await RemoteFixture.code {
      _ = try await far.checkAndMutate(RemoteFixture.put("a"), in: "t", durability: .memory)
    }
    #expect(writing == .unknownOutcome)
    gate.open()
    // Late answers are nobody's; the connection is the same.
    var schema: TableSchema?
    for _ in 0..<50 where schema == nil { schema = try? await far.schema(of: "t") }
    #expect(schema == RemoteFixture.table)
    #expect(Set(faults.requests.filter { $0.kind != .ping }.map(\.connection)).count == 1)
    await server.stop()
    #expect(try await RemoteFixture.value(of: "a", in: store) == "v")
  }

  @Test("A closed client makes no calls", .timeLimit(.minutes(15)))
  func closed() async throws {
    let server = try StoreServer(try await RemoteFixture().store)
    let far = try await RemoteFixture.client(port: server.port)
    far.close()
    let code = try await RemoteFixture.code { _ = try await far.get(Get("a"), in: "t") }
    #expect(code == .closed)
    await server.stop()
  }

  @Test("Every call ends once while connections are dropped at random", .timeLimit(.minutes(15)))
  func random() async throws {
    TestSeed.announce("connections dropped at random")
    let store = try await RemoteFixture().store
    let chances = RandomFaults(seed: TestSeed.value)
    let server = try StoreServer(store, fault: chances.decide)
    let far = try await RemoteFixture.client(port: server.port)
    let counts = try await withThrowingTaskGroup(of: [Int].self) { group in
      for client in 0..<8 {
        group.addTask {
          let row = Bytes(utf8: "r\(client)")
          var (made, unknown) = (0, 0)
          for _ in 0..<(100 * TestSeed.effort) {
            let code = try await RemoteFixture.code {
              _ = try await far.checkAndMutate(
                RemoteFixture.increment(row), in: "t", durability: .memory)
            }
            if code == nil { made += 1 }
            if code == .unknownOutcome { unknown += 1 }
            #expect(code == nil || code == .unknownOutcome || code == .unavailable)
          }
          let value = try await RemoteFixture.value(of: row, in: store)
          let count = Int(value.flatMap { Int64(counterValue: $0) } ?? 0)
          return [made, unknown, count]
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for client in counts {
      #expect(client[0] <= client[2] && client[2] <= client[0] + client[1], "\(client)")
    }
    #expect(counts.contains { $0[1] > 0 })
    await server.stop()
  }
}

/// Drops connections by chance.
private final class RandomFaults: Sendable {
  private let random: Mutex<SplitMix64>

  init(seed: UInt64) { random = Mutex(SplitMix64(seed: seed)) }

  func decide(_ request: StoreServerRequest) -> StoreServerFault? {
    random.withLock { random in
      random.chance(0.02) ? StoreServerFault.allCases[random.below(2)] : nil
    }
  }
}

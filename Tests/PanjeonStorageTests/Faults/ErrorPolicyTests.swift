// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Error policy")
struct ErrorPolicyTests {
  private let disk = InMemoryFileSystem()

  private func put(_ number: Int) -> RowMutations {
    RowMutations(
      TestStore.row(number),
      [
        .put(
          Column(family: "data", qualifier: "q"), timestamp: nil, value: Bytes(utf8: "\(number)"))
      ])
  }

  private func open(_ failing: FailingFileSystem) async throws -> EmbeddedStore {
    let store = try await TestStore.open(failing)
    try await store.createTable(TestStore.schema)
    return store
  }

  private func rows(_ store: EmbeddedStore) async throws -> Set<Bytes> {
    Set(try await TestStore.rows(store.scan(Scan(), in: "t")).map(\.row))
  }

  private func error(_ body: () async throws -> Void) async -> StoreError? {
    do {
      try await body()
      return nil
    } catch {
      return error as? StoreError
    }
  }

  @Test(
    "A failed sync of the log: unknown outcome, read-only with the cause, and resume never syncs that file again"
  )
  func failedSync() async throws {
    let failing = FailingFileSystem(disk) { _ in nil }
    let store = try await open(failing)
    try await store.mutate(put(1), in: "t", durability: .disk)
    failing.fail { call in
      call.kind == .sync && call.path.hasSuffix(".log")
        ? .syncDroppingPages(alsoFromMemory: false) : nil
    }
    let unknown = await error { try await store.mutate(put(2), in: "t", durability: .disk) }
    #expect(unknown?.code == .unknownOutcome)
    let cause = try #require(store.readOnlyCause)
    #expect(cause.code == .readOnly && (cause.cause as? StoreError)?.code == .io)
    let poisoned = try #require((cause.cause as? StoreError)?.file)
    let refused = await error { try await store.mutate(put(3), in: "t", durability: .memory) }
    #expect(refused?.code == .readOnly)
    #expect(await error { try await store.createTable(TestStore.schema) }?.code == .readOnly)
    #expect(try await rows(store) == [TestStore.row(1)])

    failing.fail { call in
      if call.kind == .sync, call.path == poisoned { Issue.record("\(poisoned) is synced again") }
      return nil
    }
    try await store.resume()
    #expect(store.readOnlyCause == nil)
    // What was unknown has happened, and what came after its failure has not.
    let kept: Set = [TestStore.row(1), TestStore.row(2)]
    #expect(try await rows(store) == kept)
    var random = SplitMix64(seed: 1)
    let afterCut = try await TestStore.open(disk.crash(keepingUnsynced: 0, using: &random))
    #expect(try await rows(afterCut) == kept)
    try await afterCut.close()
    try await store.mutate(put(4), in: "t", durability: .disk)
    try await store.close()
  }

  @Test(
    "A full disk: read-only with the cause, reading goes on, and resume works once there is space, with nothing in memory too",
    arguments: [true, false])
  func fullDisk(somethingInMemory: Bool) async throws {
    let failing = FailingFileSystem(disk) { _ in nil }
    let store = try await open(failing)
    try await store.mutate(put(1), in: "t", durability: .disk)
    if !somethingInMemory { try await store.flush() }
    let full: @Sendable (FileSystemCall) -> Fault? = { call in
      call.kind == .write ? .shortWrite(byteCount: 5) : nil
    }
    failing.fail(full)
    if somethingInMemory {
      let unknown = await error {
        try await store.mutate(put(2), in: "t", durability: .operatingSystem)
      }
      #expect(unknown?.code == .unknownOutcome)
    } else {
      let unknown = await error { try await store.createTable(other) }
      #expect(unknown?.code == .unknownOutcome)
      #expect((unknown?.cause as? StoreError)?.code == .noSpace)
    }
    let cause = try #require(store.readOnlyCause)
    #expect((cause.cause as? StoreError)?.code == .noSpace)
    #expect(try await rows(store).contains(TestStore.row(1)))
    // Too early.
    #expect(await error { try await store.resume() }?.code == .noSpace)
    #expect(store.readOnlyCause != nil)
    #expect(await error { try await store.resume() }?.code == .noSpace)

    failing.heal()
    try await store.resume()
    try await store.mutate(put(3), in: "t", durability: .disk)
    let expected = (somethingInMemory ? [1, 2, 3] : [1, 3]).map(TestStore.row)
    #expect(try await rows(store) == Set(expected))
    // What the failed attempts left behind is gone.
    let known = try #require(store.background?.environment.versions.state.fileNumbers)
    for name in try disk.list("/store") {
      if case .table(let number)? = FileNames(name) { #expect(known.contains(number), "\(name)") }
    }
    try await store.close()
    let again = try await TestStore.open(disk)
    #expect(try await rows(again) == Set(expected))
    #expect(again.recovery.bytesDropped == 0)
    try await again.close()
  }

  private var other: TableSchema {
    var schema = TestStore.schema
    schema.name = "other"
    return schema
  }

  @Test(
    "resume() of a store that takes writes does nothing; of one opened for reading it is refused")
  func needless() async throws {
    let failing = FailingFileSystem(disk) { _ in nil }
    let store = try await open(failing)
    let calls = failing.callCount
    try await store.resume()
    #expect(failing.callCount == calls)
    try await store.close()
    #expect(await error { try await store.resume() }?.code == .closed)
    let reader = try await EmbeddedStore.openReadOnly(
      at: "/store", configuration: TestStore.configuration(disk))
    #expect(reader.readOnlyCause?.code == .readOnly)
    #expect(await error { try await reader.resume() }?.code == .readOnly)
    try await reader.close()
  }

  @Test(
    "A failed flush halts the store before its log does, and nothing that was acknowledged is lost")
  func failedFlush() async throws {
    let failing = FailingFileSystem(disk) { _ in nil }
    let store = try await open(failing)
    failing.fail { $0.path.hasSuffix(".sst") && $0.kind == .write ? .noSpace : nil }
    var acknowledged = 0
    while acknowledged < 2000 {
      do {
        try await store.mutate(put(acknowledged), in: "t", durability: .operatingSystem)
        acknowledged += 1
      } catch {
        #expect(error.code == .readOnly)
        break
      }
    }
    #expect(acknowledged > 10 && acknowledged < 2000)
    #expect(try await rows(store).count == acknowledged)
    let left = try await TestStore.open(disk.killProcess())
    #expect(try await rows(left).count == acknowledged)
    try await left.close()
    failing.heal()
    try await store.resume()
    #expect(try await rows(store).count == acknowledged)
    try await store.close()
  }

  private static let faults: [Fault] = [
    .ioError, .shortWrite(byteCount: 9), .syncDroppingPages(alsoFromMemory: false),
  ]

  @Test("Clients that commit while the store fails and is resumed lose nothing and see no gap")
  func concurrentClients() async throws {
    TestSeed.announce("concurrentClients")
    let failing = FailingFileSystem(disk) { _ in nil }
    let store = try await open(failing)
    let clients = 8
    let done = try await withThrowingTaskGroup(of: [Int].self) { group in
      for client in 0..<clients {
        group.addTask {
          var acknowledged: [Int] = []
          // Of those that are refused none may be there; a row is tried once.
          for number in 0..<100_000 where acknowledged.count < 150 {
            let row = client * 100_000 + number
            do {
              try await store.mutate(put(row), in: "t", durability: Durability.allCases[number % 3])
              acknowledged.append(row)
            } catch let error as StoreError where error.code == .unknownOutcome {
              acknowledged.append(row)
            } catch let error as StoreError where error.code == .readOnly {
              try await Task.sleep(for: .milliseconds(1))
            }
          }
          return acknowledged
        }
      }
      failing.fail { call in
        // Some of the resumptions fail too.
        call.changesDisk && call.number % 41 == 0 ? Self.faults[call.number / 41 % 3] : nil
      }
      let keeper = Task {
        while !Task.isCancelled {
          if store.readOnlyCause != nil { try? await store.resume() }
          try? await Task.sleep(for: .milliseconds(1))
        }
      }
      var done: [Int] = []
      for try await part in group { done += part }
      keeper.cancel()
      await keeper.value
      return done
    }
    failing.heal()
    if store.readOnlyCause != nil { try await store.resume() }
    // An unknown outcome is settled by the resumption: it has happened.
    let expected = Set(done.map(TestStore.row))
    #expect(try await rows(store) == expected)
    #expect(failing.injected.count > 2)
    print("concurrentClients: \(failing.injected.count) faults, \(done.count) commits")
    try await store.close()
    let again = try await TestStore.open(disk)
    #expect(try await rows(again) == expected)
    try await again.close()
  }
}

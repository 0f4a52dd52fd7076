// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("The age of snapshots")
struct SnapshotAgeTests {
  private let clock = ManualTimeSource()
  private let recorder = EventRecorder()

  private static func put(_ number: Int, _ value: String) -> RowMutations {
    RowMutations(
      TestStore.row(number),
      [
        .put(
          Column(family: "data", qualifier: "q"), timestamp: nil, value: Bytes(utf8: value))
      ])
  }

  private func open(ageMax: Duration?) async throws -> EmbeddedStore {
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.timeSource = clock
    configuration.snapshotAgeMax = ageMax
    configuration.onEvent = { [recorder] in recorder.record($0) }
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    var schema = TestStore.schema
    schema.splitPolicy = .manual
    try await store.createTable(schema, splitAt: [TestStore.row(5)])
    return store
  }

  private func code(_ body: () async throws -> Void) async -> StoreError.Code? {
    do {
      try await body()
      return nil
    } catch {
      return (error as? StoreError)?.code
    }
  }

  /// Lets the store look at its clock, and waits until a snapshot has expired.
  private func expire(_ snapshot: StoreSnapshot, of store: EmbeddedStore) async throws {
    store.background?.environment.events.wake()
    for _ in 0..<20_000 where !snapshot.hasExpired { try await Task.sleep(for: .milliseconds(1)) }
    #expect(snapshot.hasExpired)
  }

  @Test("Metrics show how many are open and the age of the oldest, by the store's clock")
  func metrics() async throws {
    let store = try await open(ageMax: nil)
    #expect(store.metrics.snapshots == Metrics.Snapshots())
    var first: StoreSnapshot? = try store.snapshot(.visible)
    let sequence = try #require(first).sequence
    clock.advance(by: .seconds(5))
    try await store.mutate(Self.put(1, "a"), in: "t")
    let second = try store.snapshot(.visible)
    clock.advance(by: .seconds(2))
    var shown = store.metrics.snapshots
    #expect(shown.open == 2 && shown.oldestAge == .seconds(7) && shown.oldestSequence == sequence)
    #expect(shown.ageMax == nil && shown.expired == 0)
    first = nil
    shown = store.metrics.snapshots
    #expect(shown.open == 1 && shown.oldestAge == .seconds(2))
    #expect(shown.oldestSequence == second.sequence)
    clock.advance(by: .seconds(1_000_000))
    store.background?.environment.events.wake()
    try await store.flush()
    #expect(try await store.get(Get(TestStore.row(1)), in: "t", at: second) != nil)
    withExtendedLifetime(second) {}
    try await store.close()
    #expect(!recorder.events.map(\.name).contains("snapshotExpired"))
  }

  @Test(
    "One that is too old fails clearly, once said, and holds nothing back; a younger one goes on")
  func expiry() async throws {
    let store = try await open(ageMax: .seconds(10))
    for number in 0..<10 { try await store.mutate(Self.put(number, "old"), in: "t") }
    let old = try store.snapshot(.visible)
    clock.advance(by: .seconds(9))
    var cursor = try await store.scan(Scan(), in: "t", at: old)
    #expect(try await cursor.next() != nil, "it is still young enough")
    let young = try store.snapshot(.visible)
    clock.advance(by: .seconds(2))
    try await expire(old, of: store)
    #expect(!young.hasExpired)
    for number in 0..<10 { try await store.mutate(Self.put(number, "new"), in: "t") }
    let read = await code { _ = try await store.get(Get(TestStore.row(1)), in: "t", at: old) }
    #expect(read == .snapshotTooOld)
    #expect(await code { _ = try await store.scan(Scan(), in: "t", at: old) } == .snapshotTooOld)
    // A scan that had begun goes on within its region and ends at the next.
    let rest = await code { while try await cursor.next() != nil {} }
    #expect(rest == .snapshotTooOld)
    let row = try await store.get(Get(TestStore.row(1)), in: "t", at: young)
    #expect(row?.value(family: "data", qualifier: "q") == "old")
    var shown = store.metrics.snapshots
    #expect(shown.expired == 1 && shown.open == 1 && shown.ageMax == .seconds(10))
    clock.advance(by: .seconds(20))
    try await expire(young, of: store)
    shown = store.metrics.snapshots
    #expect(shown.expired == 2 && shown.open == 0 && shown.oldestAge == nil)
    #expect(store.snapshots.momentsToKeep { 7 }.map(\.sequence) == [7])
    withExtendedLifetime((old, young)) {}
    try await store.close()
    let ages = recorder.events.compactMap { event -> Duration? in
      guard case .snapshotExpired(_, let age) = event else { return nil }
      return age
    }
    #expect(ages == [.seconds(11), .seconds(22)], "each once")
  }

  @Test(
    "A commit that relies on ranges read at an expired snapshot is refused when files must be asked"
  )
  func ranges() async throws {
    let store = try await open(ageMax: .seconds(10))
    try await store.mutate(Self.put(1, "a"), in: "t")
    let snapshot = try store.snapshot(.sequenced)
    // More rows than the sequencer remembers, of another range.
    for number in 0..<200 { try await store.mutate(Self.put(6000 + number, "b"), in: "t") }
    clock.advance(by: .seconds(11))
    try await expire(snapshot, of: store)
    let range = UnchangedRange(
      table: "t", rows: KeyRange(from: TestStore.row(1), to: TestStore.row(2)))
    let batch = AtomicBatch(
      operations: [
        BatchOperation(table: "t", operation: CheckAndMutate([], Self.put(2, "c")))
      ], unchangedRanges: [range])
    let refused = await code {
      _ = try await store.commit(batch, since: snapshot, durability: .disk)
    }
    #expect(refused == .snapshotTooOld)
    try await store.close()
  }

  @Test("A read at a snapshot that expires amid compactions sees what was pinned, or fails")
  func amidCompactions() async throws {
    TestSeed.announce("amidCompactions")
    var random = SplitMix64(seed: TestSeed.value)
    let store = try await open(ageMax: nil)
    var failed = 0
    var seen = 0
    for round in 0..<60 {
      let value = "value \(round)"
      for number in 0..<10 { try await store.mutate(Self.put(number, value), in: "t") }
      let snapshot = try store.snapshot(.visible)
      let rows = (0..<40).map { _ in random.below(10) }
      async let reader: (seen: Int, failed: Int) = {
        var counts = (seen: 0, failed: 0)
        for row in rows {
          do {
            let read = try await store.get(Get(TestStore.row(row)), in: "t", at: snapshot)
            #expect(read?.value(family: "data", qualifier: "q") == Bytes(utf8: value))
            counts.seen += 1
          } catch {
            #expect((error as? StoreError)?.code == .snapshotTooOld, "\(error)")
            counts.failed += 1
          }
          await Task.yield()
        }
        return counts
      }()
      for number in 0..<10 {
        try await store.mutate(Self.put(number, "later"), in: "t", durability: .memory)
      }
      if random.chance(0.7) {
        clock.advance(by: .seconds(1))
        _ = store.snapshots.expire(olderThan: .zero)
      }
      try await store.flush()
      let counts = await reader
      seen += counts.seen
      failed += counts.failed
      withExtendedLifetime(snapshot) {}
    }
    #expect(seen > 0 && failed > 0, "the test has seen both")
    try await store.close()
  }
}

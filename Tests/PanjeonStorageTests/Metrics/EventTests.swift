// SPDX-License-Identifier: Apache-2.0

import Logging
import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Events")
struct EventTests {
  private let recorder = EventRecorder()

  private static func put(_ number: Int, bytes: Int = 100) -> RowMutations {
    RowMutations(
      TestStore.row(number),
      [
        .put(
          Column(family: "data", qualifier: "q"), timestamp: nil,
          value: Bytes([UInt8](repeating: 7, count: bytes)))
      ])
  }

  private func open(
    _ fileSystem: any FileSystem, _ change: (inout StoreConfiguration) -> Void = { _ in }
  ) async throws -> EmbeddedStore {
    var configuration = TestStore.configuration(fileSystem)
    configuration.onEvent = { [recorder] in recorder.record($0) }
    change(&configuration)
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    var schema = TestStore.schema
    schema.splitPolicy = .manual
    try await store.createTable(schema)
    return store
  }

  @Test("Events come in the order of what happened, all of them before the store is closed")
  func order() async throws {
    let failing = FailingFileSystem(InMemoryFileSystem()) { _ in nil }
    let store = try await open(failing)
    let region = try store.catalog.table("t").regions[0].id
    try await store.mutate(Self.put(1), in: "t")
    let halves = try await store.splitRegion(region, at: TestStore.row(5), cause: "a test")
    let merged = try await store.mergeRegions(halves.0, halves.1)
    failing.fail { $0.kind == .sync && $0.path.hasSuffix(".log") ? .ioError : nil }
    await #expect(throws: StoreError.self) { try await store.mutate(Self.put(2), in: "t") }
    failing.heal()
    try await store.resume()
    try await store.close()
    let events = recorder.events
    // What was in memory at a split is flushed, and shared files are written anew, whenever there is time.
    let names = events.map(\.name)
    #expect(
      names.filter { $0 != "flushEnded" && $0 != "compactionEnded" }
        == ["regionSplit", "regionsMerged", "halted", "resumed"])
    let resumed = try #require(names.firstIndex(of: "resumed"))
    #expect(names[resumed - 1] == "flushEnded", "a resumption flushes what is in memory")
    for event in events {
      switch event {
      case .regionSplit(let change):
        #expect(change.table == "t" && change.old == [region] && change.cause == "a test")
        #expect(change.new == [halves.0, halves.1])
      case .regionsMerged(let change):
        #expect(change.old == [halves.0, halves.1] && change.new == [merged])
      case .halted(let what, let cause): #expect(what.contains("log") && cause.code == .io)
      default: continue
      }
    }
    let metrics = store.metrics
    #expect(metrics.errors.halts == 1 && metrics.errors.resumptions == 1)
    #expect(metrics.events.delivered == UInt64(events.count) && metrics.events.dropped == 0)
  }

  @Test("The bytes and numbers of flushes and compactions are those of the metrics")
  func totals() async throws {
    let store = try await open(InMemoryFileSystem())
    for number in 0..<2000 {
      try await store.mutate(Self.put(number % 300), in: "t", durability: .memory)
    }
    try await TestStore.settle(store)
    try await store.close()
    var flushes = Metrics.Flushes()
    var compactions = Metrics.Compactions()
    for event in recorder.events {
      switch event {
      case .flushEnded(let flush):
        flushes.count += 1
        flushes.bytes += flush.bytes
        #expect(flush.table == "t" && flush.bytes > 0 && flush.duration > .zero)
      case .compactionEnded(let compaction):
        compactions.count += 1
        compactions.bytesRead += compaction.bytesRead
        compactions.bytesWritten += compaction.bytesWritten
        #expect(compaction.inputFiles > 1 && compaction.outputFiles > 0)
      default: continue
      }
    }
    let metrics = store.metrics
    #expect(flushes.count > 5 && compactions.count > 1)
    #expect(metrics.flushes.count == flushes.count && metrics.flushes.bytes == flushes.bytes)
    #expect(metrics.compactions.count == compactions.count)
    #expect(metrics.compactions.bytesRead == compactions.bytesRead)
    #expect(metrics.compactions.bytesWritten == compactions.bytesWritten)
  }

  @Test("Stalls that follow one another are one episode, with its begin and its end")
  func stallEpisode() async throws {
    let failing = FailingFileSystem(InMemoryFileSystem()) { call in
      call.kind == .sync && call.path.hasSuffix(".sst") ? .latency(.milliseconds(20)) : nil
    }
    let clock = ManualTimeSource()
    let store = try await open(failing) { $0.timeSource = clock }
    for number in 0..<150 {
      try await store.mutate(Self.put(number, bytes: 1024), in: "t", durability: .memory)
    }
    failing.heal()
    try await TestStore.settle(store)
    clock.advance(by: .seconds(2))
    store.background?.environment.events.wake()
    let ended = try await recorder.wait { event -> StoreEvent.Stall? in
      guard case .stallEnded(.memtablesToFlush, let stall) = event else { return nil }
      return stall
    }
    let stall = try #require(ended)
    let measured = store.metrics.stalls[.memtablesToFlush]
    #expect(stall.commits == measured.count && measured.count > 0)
    #expect(stall.total == measured.total && stall.longest == measured.longest)
    try await store.close()
    let names = recorder.events.map(\.name).filter { $0.hasSuffix("memtablesToFlush") }
    #expect(names == ["stallBegan memtablesToFlush", "stallEnded memtablesToFlush"])
  }

  @Test("A handler may ask the store anything: it is called without locks")
  func noLocks() async throws {
    let held = Mutex<EmbeddedStore?>(nil)
    let asked = Mutex(0)
    let failing = FailingFileSystem(InMemoryFileSystem()) { _ in nil }
    let store = try await open(failing) { configuration in
      configuration.onEvent = { _ in
        guard let store = held.withLock({ $0 }) else { return }
        let metrics = store.metrics
        _ = (metrics.description, store.readOnlyCause, store.knownDamage, store.isIdle)
        _ = try? store.snapshot(.sequenced)
        asked.withLock { $0 += 1 }
      }
    }
    held.withLock { $0 = store }
    try await store.mutate(Self.put(1), in: "t")
    try await store.flush()
    // The MANIFEST fails: the store is halted while its lock is held.
    failing.fail { $0.path.contains("MANIFEST") && $0.kind == .write ? .ioError : nil }
    try await store.mutate(Self.put(2), in: "t")
    await #expect(throws: StoreError.self) { try await store.flush() }
    failing.heal()
    try await store.resume()
    try await store.close()
    held.withLock { $0 = nil }
    // Flush, halt, flush, resumption.
    #expect(asked.withLock { $0 } >= 4)
  }

  @Test("Each event is logged, with its figures and the store's directory as metadata")
  func logging() async throws {
    let lines = RecordingLogHandler.Lines()
    let failing = FailingFileSystem(InMemoryFileSystem()) { _ in nil }
    let store = try await open(failing) { configuration in
      configuration.logger = Logger(label: "test") { _ in RecordingLogHandler(lines) }
      configuration.logger.logLevel = .trace
    }
    try await store.mutate(Self.put(1), in: "t")
    try await store.flush()
    failing.fail { $0.kind == .sync && $0.path.hasSuffix(".log") ? .ioError : nil }
    await #expect(throws: StoreError.self) { try await store.mutate(Self.put(2), in: "t") }
    failing.heal()
    try await store.resume()
    try await store.close()
    let all = lines.all
    #expect(!all.isEmpty && all.allSatisfy { $0.metadata["directory"] == "/store" })
    let flush = try #require(all.first { $0.message == "a memtable was flushed" })
    #expect(flush.level == .debug && flush.metadata["table"] == "t")
    #expect(Set(["region", "bytes", "duration"]).isSubset(of: flush.metadata.keys))
    let halt = try #require(all.first { $0.message == "the store takes no more writes" })
    #expect(halt.level == .error && halt.metadata["what"] != nil && halt.metadata["error"] != nil)
    let resumed = try #require(all.first { $0.message == "the store takes writes again" })
    #expect(resumed.level == .notice)
    #expect(all.count >= recorder.events.count && recorder.events.count >= 4)
  }

  @Test("Damage that a compaction meets is an event, once")
  func damage() async throws {
    let disk = InMemoryFileSystem()
    let failing = FailingFileSystem(disk) { _ in nil }
    let store = try await open(failing)
    try await store.mutate(Self.put(0), in: "t")
    try await store.flush()
    let victim = try #require(try store.catalog.table("t").regions[0].view.groups[0].upper.first)
    let path = victim.file.path
    failing.fail { $0.kind == .read && $0.path == path ? .ioError : nil }
    for number in 1..<8 {
      try await store.mutate(Self.put(number), in: "t")
      try await store.flush()
    }
    try await TestStore.settle(store)
    try await store.close()
    let found = recorder.events.compactMap { event -> VerificationFinding? in
      guard case .damageFound(let finding) = event else { return nil }
      return finding
    }
    #expect(found == store.knownDamage && found.count == 1)
    #expect(store.metrics.errors.damage == 1)
  }
}

@Suite("EventQueue")
struct EventQueueTests {
  @Test("It has a bound; what is beyond it is dropped and counted, and the order of the rest stays")
  func bound() {
    let queue = EventQueue()
    for number in 0..<(EventQueue.lengthMax + 5) {
      queue.post(.snapshotExpired(sequence: UInt64(number), age: .zero))
    }
    queue.stop()
    let sequences = queue.next(timeout: nil)?.compactMap { event -> UInt64? in
      guard case .snapshotExpired(let sequence, _) = event else { return nil }
      return sequence
    }
    #expect(sequences == Array(0..<UInt64(EventQueue.lengthMax)))
    #expect(queue.counts.dropped == 5)
    #expect(queue.next(timeout: nil) == nil, "it has been stopped")
  }

  @Test("Waiting ends with its time, or when it is woken, without an event")
  func waiting() {
    let queue = EventQueue()
    #expect(queue.next(timeout: .milliseconds(1))?.isEmpty == true)
    queue.wake()
    #expect(queue.next(timeout: nil)?.isEmpty == true)
  }
}

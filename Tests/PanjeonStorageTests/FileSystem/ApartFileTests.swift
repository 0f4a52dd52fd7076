// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Files whose syncs are begun", .timeLimit(.minutes(15)))
struct ApartFileTests {
  private func wait(until condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
  }

  @Test("A file that knows of no syncs apart ends one at once, and fails it")
  func ordinary() throws {
    let failing = FailingFileSystem(InMemoryFileSystem()) { call in
      call.kind == .sync && call.path == "/b" ? .ioError : nil
    }
    let ended = Mutex<[Bool]>([])
    for path in ["/a", "/b"] {
      let file = try failing.open(path, .createNew)
      #expect(!file.syncsApart && file.copies.isEmpty)
      file.beginSync { result in
        ended.withLock { $0.append((try? result.get()) != nil) }
      }
    }
    #expect(ended.withLock { $0 } == [true, false])
    #expect(throws: StoreError.self) { try failing.open("/b", .readWrite).syncInOrder() }
  }

  @Test("Injected failures of syncs come in their turn")
  func order() async throws {
    let lagging = LaggingFileSystem(InMemoryFileSystem(), followedBy: InMemoryFileSystem())
    let failing = FailingFileSystem(lagging) { _ in nil }
    let file = try failing.open("/1.log", .createNew)
    #expect(file.syncsApart)
    try failing.syncDirectory("/")
    lagging.hold()
    let ended = Mutex<[String]>([])
    let faults: [Fault?] = [nil, .ioError, .lost, nil, .ioErrorAfterwards]
    for (number, fault) in faults.enumerated() {
      failing.fail { $0.kind == .sync ? fault : nil }
      file.beginSync { result in
        let isSuccess = (try? result.get()) != nil
        ended.withLock { $0.append("\(number) \(isSuccess)") }
      }
    }
    try await Task.sleep(for: .milliseconds(20))
    #expect(ended.withLock { $0.isEmpty } && lagging.syncsWaiting == 3)
    lagging.release()
    try await wait { ended.withLock { $0.count } == faults.count }
    #expect(ended.withLock { $0 } == ["0 true", "1 false", "2 true", "3 true", "4 false"])
  }

  /// The offsets that the chunks of a segment know to be synced.
  private func synced(_ file: any File) throws -> [UInt64] {
    var scanner = LogScanner(file: file, number: 7)
    var offsets: [UInt64] = []
    while case .chunk(_, _, let synced) = try scanner.next() { offsets.append(synced) }
    return offsets
  }

  @Test(
    "A chunk says what the ends of syncs have told by then, and after a failure no more than that")
  func chunks() async throws {
    let following = FailingFileSystem(InMemoryFileSystem()) { _ in nil }
    let lagging = LaggingFileSystem(InMemoryFileSystem(), followedBy: following)
    let file = try lagging.open("/7.log", .createNew)
    lagging.hold()
    var writer = LogWriter(file: file, number: 7, previous: nil)
    let ended = Mutex(0)
    var ends: [UInt64] = []
    func write() throws {
      writer.append(record: [1, 2, 3])
      try writer.flush()
      ends.append(writer.flushedOffset)
      writer.beginSync { _ in ended.withLock { $0 += 1 } }
    }
    try write()
    try write()
    #expect(writer.syncedOffset == 0)
    lagging.release(syncs: 1)
    try await wait { ended.withLock { $0 } == 1 }
    #expect(writer.syncedOffset == ends[0])
    try write()
    following.fail { [count = Mutex(0)] call in
      guard call.kind == .sync else { return nil }
      return count.withLock { count in
        count += 1
        return count == 1 ? .ioError : nil
      }
    }
    lagging.release()
    try await wait { ended.withLock { $0 } == 3 }
    #expect(writer.syncedOffset == ends[0])
    try write()
    try await wait { ended.withLock { $0 } == 4 }
    #expect(try synced(file) == [0, 0, 0, ends[0], ends[0]])
    #expect(writer.syncedOffset == ends[0])
  }
}

extension LogWriter {
  fileprivate mutating func append(record: [UInt8]) {
    unsafe record.withUnsafeBytes { unsafe append($0) }
  }
}

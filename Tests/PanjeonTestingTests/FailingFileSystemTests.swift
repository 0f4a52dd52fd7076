// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("FailingFileSystem")
struct FailingFileSystemTests {
  private static let path = "/d/file"

  private func makeDisk() throws -> InMemoryFileSystem {
    let disk = InMemoryFileSystem()
    try disk.createDirectory("/d")
    return disk
  }

  private func write(_ text: String, _ file: any File, at offset: UInt64 = 0) throws {
    let bytes = Array(text.utf8)
    try bytes.withUnsafeBytes { buffer in
      try file.write(UnsafeRawBufferPointer(buffer), at: offset)
    }
  }

  private func text(_ disk: InMemoryFileSystem) -> String {
    String(decoding: disk.contents(of: Self.path) ?? [], as: UTF8.self)
  }

  private func code(_ body: () throws -> Void) -> StoreError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? StoreError)?.code
    }
  }

  /// A file system whose next call of a kind meets a fault, once.
  private func failing(
    _ disk: InMemoryFileSystem, _ kind: FileSystemCall.Kind, _ fault: Fault
  ) -> FailingFileSystem {
    FailingFileSystem(disk) { $0.kind == kind ? fault : nil }
  }

  @Test("Each fault of a write does what it says, and only those that say so are noticed")
  func writes() throws {
    let expected: [(Fault, String, StoreError.Code?)] = [
      (.ioError, "", .io), (.noSpace, "", .noSpace), (.shortWrite(byteCount: 3), "abc", .noSpace),
      (.ioErrorAfterwards, "abcdef", .io), (.lost, "", nil),
      (.misdirectedWrite(by: 2), "\0\0abcdef", nil), (.flippedBit(1), "cbcdef", nil),
      (.latency(.milliseconds(1)), "abcdef", nil), (.shortRead(byteCount: 1), "", .io),
    ]
    for (fault, contents, error) in expected {
      let disk = try makeDisk()
      let system = failing(disk, .write, fault)
      let file = try system.open(Self.path, .createNew)
      #expect(code { try write("abcdef", file) } == error, "\(fault)")
      #expect(text(disk) == contents, "\(fault)")
      #expect(system.injected.map(\.fault) == [fault])
      #expect(system.injected.first?.call.byteCount == 6)
    }
  }

  @Test("A short or a wrong read gives fewer or other bytes")
  func reads() throws {
    let disk = try makeDisk()
    try write("abcdef", try disk.open(Self.path, .createNew))
    let short = try failing(disk, .read, .shortRead(byteCount: 2)).open(Self.path, .read)
    #expect(try short.readUpTo(6, at: 1) == Array("bc".utf8))
    let wrong = try failing(disk, .read, .flippedBit(8)).open(Self.path, .read)
    #expect(
      try wrong.readUpTo(6, at: 0) == Array("acdef".utf8.prefix(1)) + [0x63] + Array("cdef".utf8))
  }

  @Test("What a failed sync dropped no later sync brings back")
  func droppedPages() throws {
    var random = SplitMix64(seed: 1)
    for alsoFromMemory in [false, true] {
      let disk = try makeDisk()
      let system = FailingFileSystem(disk) { call in
        call.kind == .sync ? .syncDroppingPages(alsoFromMemory: alsoFromMemory) : nil
      }
      let file = try system.open(Self.path, .createNew)
      try disk.syncDirectory("/d")
      try write("old", file)
      system.heal()
      try file.sync()
      try write("new", file)
      system.fail { $0.kind == .sync ? .syncDroppingPages(alsoFromMemory: alsoFromMemory) : nil }
      #expect(code { try file.sync() } == .io)
      #expect(text(disk) == (alsoFromMemory ? "old" : "new"))
      system.heal()
      try file.sync()
      #expect(text(disk.crash(keepingUnsynced: 1, using: &random)) == "old")
    }
  }

  @Test("The Nth call fails, and with lasting all behind it that change the disk, until healed")
  func nthCall() throws {
    let disk = try makeDisk()
    let once = FailingFileSystem(disk, failingCall: 2, with: .ioError)
    #expect(try !once.exists("/d/a"))
    #expect(code { _ = try once.open("/d/a", .createNew) } == .io)
    _ = try once.open("/d/a", .createNew)
    #expect(once.callCount == 3 && once.injected.count == 1)

    let lasting = FailingFileSystem(disk, failingCall: 1, with: .noSpace, lasting: true)
    #expect(code { try lasting.rename("/d/a", to: "/d/b") } == .noSpace)
    #expect(try lasting.exists("/d/a"))
    #expect(code { try lasting.syncDirectory("/d") } == .noSpace)
    lasting.heal()
    try lasting.rename("/d/a", to: "/d/b")
    try lasting.link("/d/b", to: "/d/c")
    #expect(try lasting.list("/d") == ["b", "c"])
    #expect(lasting.injected.map(\.call.kind) == [.rename, .syncDirectory])
    #expect(lasting.injected.first?.call.newPath == "/d/b")
  }

  @Test("A lost rename, link, removal or directory sync does nothing and says nothing")
  func lostCalls() throws {
    let disk = try makeDisk()
    let system = FailingFileSystem(disk) { _ in .lost }
    _ = try disk.open("/d/a", .createNew)
    try system.rename("/d/a", to: "/d/b")
    try system.link("/d/a", to: "/d/b")
    try system.remove("/d/a")
    try system.syncDirectory("/d")
    try system.createDirectory("/e")
    #expect(try disk.list("/d") == ["a"])
    var random = SplitMix64(seed: 1)
    #expect(try disk.crash(keepingUnsynced: 0, using: &random).list("/d") == [])
    #expect(try !disk.exists("/e"))
  }
}

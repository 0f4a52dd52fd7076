// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("InMemoryFileSystem")
struct InMemoryFileSystemTests {
  private func write(_ file: any File, _ bytes: [UInt8], at offset: UInt64) throws {
    try bytes.withRawBytes { (buffer) throws(StoreError) in try file.write(buffer, at: offset) }
  }

  @Test(
    "A crash keeps what was synced, loses some of the rest by blocks, and is the same for the same seed"
  )
  func crash() throws {
    let disk = InMemoryFileSystem()
    let file = try disk.open("/f", .createNew)
    try write(file, [UInt8](repeating: 1, count: 3 * 4096), at: 0)
    try file.sync()
    try disk.syncDirectory("/")
    try write(file, [UInt8](repeating: 2, count: 8 * 4096), at: 4096)
    var torn = 0
    for seed in 0..<50 {
      var random = SplitMix64(seed: UInt64(seed))
      var again = SplitMix64(seed: UInt64(seed))
      let left = disk.crash(keepingUnsynced: 0.5, using: &random).contents(of: "/f") ?? []
      #expect(left == disk.crash(keepingUnsynced: 0.5, using: &again).contents(of: "/f"))
      #expect(left.count == 3 * 4096 || left.count == 9 * 4096)
      #expect(left.prefix(4096).allSatisfy { $0 == 1 })
      if Set(left.dropFirst(4096)).count > 1 { torn += 1 }
    }
    #expect(torn > 20)
    var random = SplitMix64(seed: 1)
    #expect(
      disk.crash(keepingUnsynced: 0, using: &random).contents(of: "/f")
        == [UInt8](repeating: 1, count: 3 * 4096))
    #expect(disk.killProcess().contents(of: "/f")?.count == 9 * 4096)
  }

  @Test("A new name, a removal and a renaming last only once the directory is synced")
  func directoryEntries() throws {
    let disk = InMemoryFileSystem()
    try disk.createDirectory("/d")
    let file = try disk.open("/d/a", .createNew)
    try write(file, [1], at: 0)
    try file.sync()
    var random = SplitMix64(seed: 1)
    #expect(try disk.crash(keepingUnsynced: 0, using: &random).list("/d") == [])
    try disk.syncDirectory("/d")
    #expect(try disk.crash(keepingUnsynced: 0, using: &random).list("/d") == ["a"])
    try disk.rename("/d/a", to: "/d/b")
    #expect(try disk.crash(keepingUnsynced: 0, using: &random).list("/d") == ["a"])
    #expect(try disk.crash(keepingUnsynced: 1, using: &random).list("/d") == ["b"])
    try disk.remove("/d/b")
    #expect(try disk.crash(keepingUnsynced: 0, using: &random).list("/d") == ["a"])
    #expect(try disk.list("/d") == [])
  }

  @Test("A lock has one holder, and a crash frees it")
  func locks() throws {
    let disk = InMemoryFileSystem()
    let lock = try disk.lock("/LOCK")
    #expect(throws: StoreError.self) { _ = try disk.lock("/LOCK") }
    _ = try disk.killProcess().lock("/LOCK")
    lock.unlock()
    _ = try disk.lock("/LOCK")
  }
}

@Suite("PrefixOracle")
struct PrefixOracleTests {
  @Test("A prefix passes; a lost write, a hole and half of a write do not")
  func verdicts() {
    var oracle = PrefixOracle<[Int]>(initial: [])
    for number in 1...4 { oracle.record { $0 += [number, -number] } }
    #expect(oracle.judge(recovered: [1, -1, 2, -2], acknowledged: 2, begun: 4) == .prefix(2))
    #expect(
      oracle.judge(recovered: [1, -1], acknowledged: 2, begun: 4)
        == .lost(found: 1, acknowledged: 2))
    #expect(oracle.judge(recovered: [1, -1, 3, -3], acknowledged: 1, begun: 4) == .noPrefix)
    #expect(oracle.judge(recovered: [1, -1, 2], acknowledged: 1, begun: 4) == .noPrefix)
  }
}

@Suite("PosixFileSystem")
struct PosixFileSystemTests {
  @Test("Real files behave as those in memory: create, write, read, rename, list, remove, lock")
  func roundTrip() throws {
    let directory = try ScratchDirectory()
    defer { directory.remove() }
    let system = PosixFileSystem()
    let path = directory.path + "/file"
    let file = try system.open(path, .createNew)
    #expect(throws: StoreError.self) { _ = try system.open(path, .createNew) }
    try Array("hello".utf8).withRawBytes { (bytes) throws(StoreError) in
      try file.write(bytes, at: 3)
    }
    try file.sync()
    #expect(try file.size() == 8)
    #expect(try file.readUpTo(100, at: 0) == [0, 0, 0] + Array("hello".utf8))
    try file.truncate(to: 4)
    #expect(try file.readUpTo(100, at: 0) == [0, 0, 0, UInt8(ascii: "h")])
    file.close()
    try system.rename(path, to: path + "2")
    try system.syncDirectory(directory.path)
    #expect(try system.list(directory.path) == ["file2"])
    #expect(try !system.exists(path))
    let lock = try system.lock(directory.path + "/LOCK")
    do {
      _ = try system.lock(directory.path + "/LOCK")
      Issue.record("two hold the lock")
    } catch {
      #expect(error.code == .locked)
      #expect(error.message.contains("process"))
    }
    lock.unlock()
    try system.lock(directory.path + "/LOCK").unlock()
    do {
      _ = try system.open(path, .read)
      Issue.record("opened a file that is not there")
    } catch {
      #expect(error.code == .io)
      #expect(error.file == path)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

#if canImport(Glibc)
  import Glibc
#endif

@Suite("RealDisk")
struct RealDiskTests {
  /// A file system of the kernel's in memory, of a few megabytes.
  private struct SmallDisk {
    let path: String

    /// Nil where only the superuser may mount, and this is not it.
    init?(megabytes: Int) throws {
      let scratch = try ScratchDirectory()
      #if os(Linux)
        guard mount("tmpfs", scratch.path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
          print("RealDisk SKIPPED: cannot mount a tmpfs: \(String(cString: strerror(errno)))")
          scratch.remove()
          return nil
        }
        path = scratch.path
        chmod(path, 0o700)
      #else
        print("RealDisk SKIPPED: there is no tmpfs here")
        return nil
      #endif
    }

    func remove() {
      #if os(Linux)
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
      #endif
    }
  }

  private func put(_ number: Int) -> RowMutations {
    // Nothing that a codec could make smaller.
    var random = SplitMix64(seed: UInt64(number))
    let value = Bytes((0..<2000).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    return RowMutations(
      TestStore.row(number),
      [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: value)])
  }

  private func ballast(_ path: String, megabytes: Int) throws {
    let file = try PosixFileSystem().open(path, .createNew)
    defer { file.close() }
    let bytes = [UInt8](repeating: 1, count: 1 << 20)
    for megabyte in 0..<megabytes {
      try bytes.withRawBytes { (bytes) throws(StoreError) in
        try file.write(bytes, at: UInt64(megabyte) << 20)
      }
    }
  }

  /// With all of it flushed, a full disk halts the store at a new table, and there is nothing to flush when it is resumed.
  private func fillWithNothingInMemory(
    _ store: EmbeddedStore, _ disk: SmallDisk, _ count: Int
  ) async throws {
    try await store.flush()
    // To the last page: what does not fit is refused.
    var megabytes = 0
    while (try? ballast(disk.path + "/more \(megabytes)", megabytes: 1)) != nil { megabytes += 1 }
    var schema = TestStore.schema
    var refusals = 0
    for number in 0..<200 where store.readOnlyCause == nil {
      schema.name = "table-\(number)-" + String(repeating: "x", count: 100)
      do {
        try await store.createTable(schema)
      } catch {
        refusals += 1
      }
    }
    #expect(refusals == 1 && (store.readOnlyCause?.cause as? StoreError)?.code == .noSpace)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == count)
    for number in 0...megabytes { unlink(disk.path + "/more \(number)") }
    try await store.resume()
    try await store.createTable(schema)
  }

  @Test(
    "On a full disk the store goes read-only with the cause, still reads, and resumes once there is space",
    .timeLimit(.minutes(15)))
  func fullDisk() async throws {
    guard let disk = try SmallDisk(megabytes: 24) else { return }
    defer { disk.remove() }
    let path = disk.path + "/store"
    var configuration = TestStore.configuration(PosixFileSystem())
    configuration.memtableBytesMax = 1 << 20
    configuration.logSegmentBytes = 1 << 20
    configuration.memoryBudgetBytes = 16 << 20
    let store = try await EmbeddedStore.open(at: path, configuration: configuration)
    try await store.createTable(TestStore.schema)
    var acknowledged = 0
    for round in 1...3 {
      try ballast(disk.path + "/ballast", megabytes: 24 - 6 * round)
      var refusal: StoreError?
      while refusal == nil, acknowledged < 20_000 {
        do {
          try await store.mutate(put(acknowledged), in: "t", durability: .disk)
          acknowledged += 1
        } catch {
          refusal = error
        }
      }
      let code = try #require(refusal?.code)
      #expect(code == .unknownOutcome || code == .readOnly)
      // The refusal was the log's, or the flush's.
      if code == .unknownOutcome { acknowledged += 1 }
      #expect((store.readOnlyCause?.cause as? StoreError)?.code == .noSpace)
      let seen = try await TestStore.rows(store.scan(Scan(), in: "t")).count
      #expect(seen == acknowledged || (code == .unknownOutcome && seen == acknowledged - 1))
      unlink(disk.path + "/ballast")
      try await store.resume()
      #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == acknowledged)
    }
    try await fillWithNothingInMemory(store, disk, acknowledged)
    print("RealDisk: filled three times, \(acknowledged) commits")
    #expect(acknowledged > 500)
    try await store.close()
    let report = try await EmbeddedStore.verify(at: path, isDeep: true)
    #expect(report.isSound, "\(report.findings)")
    let again = try await EmbeddedStore.open(at: path, configuration: configuration)
    #expect(try await TestStore.rows(again.scan(Scan(), in: "t")).count == acknowledged)
    try await again.close()
  }

  @Test(
    "A checkpoint on another disk is made of copies; a backup that fills its disk leaves the earlier one"
  )
  func otherDisk() async throws {
    guard let disk = try SmallDisk(megabytes: 4) else { return }
    defer { disk.remove() }
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    var configuration = TestStore.configuration(PosixFileSystem())
    configuration.memtableBytesMax = 1 << 20
    configuration.memoryBudgetBytes = 16 << 20
    let store = try await EmbeddedStore.open(at: scratch.path, configuration: configuration)
    try await store.createTable(TestStore.schema)
    for number in 0..<200 { try await store.mutate(put(number), in: "t", durability: .memory) }
    try await store.checkpoint(at: disk.path + "/checkpoint")
    let backups = BackupDirectory(disk.path + "/backups")
    let first = try await store.backUp(to: backups)
    #expect(first.bytesCopied > 400_000)
    for number in 200..<2000 { try await store.mutate(put(number), in: "t", durability: .memory) }
    let error = await errorOf { _ = try await store.backUp(to: backups) }
    #expect(error?.code == .noSpace && store.readOnlyCause == nil)
    #expect(try await backups.listBackups().map(\.number) == [1])
    #expect(try await backups.verifyBackup(1).isSound)
    try await store.close()
    let restored = try ScratchDirectory()
    defer { restored.remove() }
    try await backups.restore(1, to: restored.path, configuration: configuration)
    for path in [disk.path + "/checkpoint", restored.path] {
      let report = try await EmbeddedStore.verify(at: path, isDeep: true)
      #expect(report.isSound, "\(report.findings)")
      let copy = try await EmbeddedStore.openReadOnly(at: path, configuration: configuration)
      #expect(try await TestStore.rows(copy.scan(Scan(), in: "t")).count == 200)
      try await copy.close()
    }
    // Space is there again: what could not be backed up is.
    for name in try PosixFileSystem().list(disk.path + "/checkpoint") {
      unlink(disk.path + "/checkpoint/" + name)
    }
    #expect(try PosixFileSystem().list(disk.path + "/backups").count == 2 + first.filesCopied)
  }
}

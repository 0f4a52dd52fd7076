// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Backup")
struct BackupTests {
  private let backupDisk = InMemoryFileSystem()
  private var backups: BackupDirectory { BackupDirectory("/backups", fileSystem: backupDisk) }

  @Test(
    "A later backup copies only the files that are new, and each one restores to its own moment")
  func incremental() async throws {
    TestSeed.announce("incremental")
    var scene = try await BackupScene(seed: TestSeed.value)
    var moments: [Contents] = []
    for round in 0..<6 {
      try await scene.write()
      let report = try await scene.store.backUp(to: backups, label: "round \(round)")
      moments.append(scene.contents)
      #expect(report.backup.number == UInt64(round + 1))
      #expect(report.filesCopied <= report.backup.fileCount)
      #expect(report.orphansRemoved == 0)
      // Nothing has changed, unless a compaction has.
      try await TestStore.settle(scene.store)
      let again = try await scene.store.backUp(to: backups)
      let third = try await scene.store.backUp(to: backups)
      #expect(third.filesCopied == 0 && third.bytesCopied == 0)
      #expect(third.backup.fileCount == again.backup.fileCount)
      try await backups.deleteBackup(again.backup.number)
      try await backups.deleteBackup(third.backup.number)
    }
    let listed = try await backups.listBackups()
    #expect(listed.map(\.label) == (0..<6).map { "round \($0)" })
    #expect(listed.allSatisfy { $0.damage == nil && $0.incarnation == scene.store.incarnation })
    for (index, info) in listed.enumerated() {
      #expect(try await backups.verifyBackup(info.number).isSound)
      #expect(try await BackupScene.restored(info.number, from: backups) == moments[index])
    }
    try BackupScene.expectTidy(backupDisk, "after six backups")
    try await scene.store.close()
  }

  @Test("A large file that does not change is copied once")
  func unchangedFilesAreNotCopied() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema)
    let column = Column(family: "data", qualifier: "q")
    let value = Bytes([UInt8](repeating: 7, count: 500))
    for number in 0..<200 {
      try await store.mutate(
        RowMutations(TestStore.row(number), [.put(column, timestamp: nil, value: value)]),
        in: "t", durability: .memory)
    }
    let first = try await store.backUp(to: backups)
    try await TestStore.settle(store)
    _ = try await store.backUp(to: backups)
    try await store.mutate(
      RowMutations("new", [.put(column, timestamp: nil, value: "1")]), in: "t", durability: .disk)
    let third = try await store.backUp(to: backups)
    #expect(first.filesCopied == first.backup.fileCount && first.bytesCopied > 0)
    #expect(third.filesCopied == 1 && third.bytesCopied < first.bytesCopied / 10)
    try await store.close()
  }

  @Test("Deleting a backup removes the files that no other backup names, and no others")
  func deletion() async throws {
    var scene = try await BackupScene(seed: 11)
    var moments: [UInt64: Contents] = [:]
    for _ in 0..<5 {
      try await scene.write(40)
      let number = try await scene.store.backUp(to: backups).backup.number
      moments[number] = scene.contents
    }
    for number in [UInt64(3), 1, 5, 2, 4] {
      try await backups.deleteBackup(number)
      moments[number] = nil
      try BackupScene.expectTidy(backupDisk, "after the deletion of \(number)")
      #expect(try await backups.listBackups().map(\.number) == moments.keys.sorted())
      for (left, contents) in moments {
        #expect(try await BackupScene.restored(left, from: backups) == contents)
      }
      let error = await errorOf { try await backups.deleteBackup(number) }
      #expect(error?.code == .invalidArgument)
    }
    #expect(try BackupScene.copies(backupDisk).isEmpty)
    try await scene.store.close()
  }

  @Test("Files of two stores, of two lives of one, and of one life put back by hand are told apart")
  func sameNumbers() async throws {
    var first = try await BackupScene(seed: 21)
    let second = try await BackupScene(seed: 22)
    let (one, other) = (
      try await first.store.backUp(to: backups), try await second.store.backUp(to: backups)
    )
    #expect(one.backup.incarnation.store != other.backup.incarnation.store)
    let (firstThen, secondThen) = (first.contents, second.contents)
    // The first store as it was, put back by hand: the same life, in which other files get the same numbers.
    let earlier = first.disk.killProcess()
    try await first.write(60)
    try await first.store.flush()
    let later = try await first.store.backUp(to: backups)
    let firstNow = first.contents
    let byHand = try await TestStore.open(earlier)
    #expect(byHand.incarnation == first.store.incarnation)
    var workload = CrashWorkload(random: SplitMix64(seed: 23))
    workload.oracle = PrefixOracle(initial: try await CrashWorkload.contents(of: byHand))
    for _ in 0..<60 { try await workload.step(byHand) }
    let put = try await byHand.backUp(to: backups)
    // Another life of the first store, by a backup.
    let restoredDisk = InMemoryFileSystem()
    try await backups.restore(
      one.backup.number, to: "/store", configuration: TestStore.configuration(restoredDisk))
    let restored = try await TestStore.open(restoredDisk)
    #expect(restored.incarnation.store == first.store.incarnation.store)
    #expect(restored.incarnation.number == first.store.incarnation.number + 1)
    var third = CrashWorkload(random: SplitMix64(seed: 24))
    third.oracle = PrefixOracle(initial: try await CrashWorkload.contents(of: restored))
    for _ in 0..<60 { try await third.step(restored) }
    let life = try await restored.backUp(to: backups)
    for (report, contents) in [
      (one, firstThen), (other, secondThen), (later, firstNow), (put, workload.oracle.last),
      (life, third.oracle.last),
    ] {
      let number = report.backup.number
      #expect(try await backups.verifyBackup(number).isSound)
      #expect(try await BackupScene.restored(number, from: backups) == contents, "\(number)")
    }
    for store in [first.store, second.store, byHand, restored] { try await store.close() }
  }

  @Test("Damage in the store is not backed up, and damage in a backup is not restored")
  func damage() async throws {
    let scene = try await BackupScene(seed: 31)
    try await scene.store.flush()
    try await TestStore.settle(scene.store)
    let before = scene.contents
    let sound = scene.disk.killProcess()
    _ = try await scene.store.backUp(to: BackupDirectory("/other", fileSystem: backupDisk))
    let name = try #require(try scene.disk.list("/store").last { $0.hasSuffix(".sst") })
    scene.disk.flipBit(8 * 40, of: "/store/" + name)
    let error = await errorOf { _ = try await scene.store.backUp(to: backups) }
    #expect(error?.code == .corruption && error?.file == "/store/" + name && error?.rows != nil)
    #expect(try backupDisk.list("/backups") == ["LOCK"], "what came to nothing is removed")
    #expect(try await backups.listBackups().isEmpty)
    try await scene.store.close()
    let store = try await TestStore.open(sound)
    let number = try await store.backUp(to: backups).backup.number
    try await store.close()
    let copy = "/backups/" + (try #require(try BackupScene.copies(backupDisk).first))
    let bytes = try #require(backupDisk.contents(of: copy))
    for damage in [{ self.backupDisk.flipBit(8 * 40, of: copy) }, { self.cut(copy) }] {
      damage()
      let report = try await backups.verifyBackup(number)
      #expect(!report.isSound && report.findings[0].rows != nil)
      let disk = InMemoryFileSystem()
      let error = await errorOf {
        try await backups.restore(
          number, to: "/restored", configuration: TestStore.configuration(disk))
      }
      #expect(error?.code == .corruption && error?.file == copy)
      #expect(try disk.list("/restored").isEmpty)
      backupDisk.setContents(of: copy, to: bytes)
    }
    #expect(try await BackupScene.restored(number, from: backups) == before)
  }

  private func cut(_ path: String) {
    backupDisk.setContents(of: path, to: Array((backupDisk.contents(of: path) ?? []).dropLast(100)))
  }

  @Test(
    "A description that cannot be read keeps its files until it is deleted; others are restored")
  func damagedDescription() async throws {
    var scene = try await BackupScene(seed: 41)
    _ = try await scene.store.backUp(to: backups)
    let before = scene.contents
    try await scene.write(60)
    _ = try await scene.store.backUp(to: backups)
    backupDisk.flipBit(8 * 30, of: "/backups/BACKUP-000002")
    let listed = try await backups.listBackups()
    #expect(listed.map(\.number) == [1, 2] && listed[0].damage == nil && listed[1].damage != nil)
    let error = await errorOf { _ = try await scene.store.backUp(to: backups) }
    #expect(error?.code == .corruption && error?.file == "/backups/BACKUP-000002")
    #expect(try await BackupScene.restored(1, from: backups) == before)
    #expect(try await !backups.verifyBackup(2).isSound)
    try await backups.deleteBackup(2)
    try BackupScene.expectTidy(backupDisk, "after the deletion of the damaged one")
    _ = try await scene.store.backUp(to: backups)
    #expect(try await BackupScene.restored(2, from: backups) == scene.contents)
    try await scene.store.close()
  }

  @Test("What makes no sense is refused with the reason, before anything is written")
  func refusals() async throws {
    let scene = try await BackupScene(seed: 51)
    let long = String(repeating: "x", count: 1025)
    var error = await errorOf { _ = try await scene.store.backUp(to: backups, label: long) }
    #expect(error?.code == .limitExceeded && error?.message.contains("1024") ?? false)
    #expect(try !backupDisk.exists("/backups"))
    // A store's directory is no backup directory.
    let own = BackupDirectory("/store", fileSystem: scene.disk)
    error = await errorOf { _ = try await scene.store.backUp(to: own) }
    #expect(error?.code == .invalidArgument)
    _ = try await scene.store.backUp(to: backups)
    error = await errorOf { _ = try await backups.verifyBackup(2) }
    #expect(error?.code == .invalidArgument && error?.message.contains("there are: 1") ?? false)
    error = await errorOf {
      try await backups.restore(1, to: "/store", configuration: TestStore.configuration(scene.disk))
    }
    #expect(error?.code == .invalidArgument)
    let lock = try backupDisk.lock("/backups/LOCK")
    error = await errorOf { _ = try await scene.store.backUp(to: backups) }
    #expect(error?.code == .locked)
    error = await errorOf { try await backups.deleteBackup(1) }
    #expect(error?.code == .locked)
    lock.unlock()
    try await scene.store.close()
    error = await errorOf { _ = try await scene.store.backUp(to: backups) }
    #expect(error?.code == .closed)
  }

  @Test("Real files are backed up while a writer goes on, and restored")
  func realFiles() async throws {
    let directories = try (0..<3).map { _ in try ScratchDirectory() }
    defer { directories.forEach { $0.remove() } }
    let configuration = TestStore.configuration(PosixFileSystem())
    let store = try await EmbeddedStore.open(at: directories[0].path, configuration: configuration)
    try await store.createTable(TestStore.schema)
    let backups = BackupDirectory(directories[1].path)
    let column = Column(family: "data", qualifier: "q")
    async let writing: Void = {
      for number in 0..<2000 {
        let value = Bytes([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 200))
        try await store.mutate(
          RowMutations(TestStore.row(number), [.put(column, timestamp: nil, value: value)]),
          in: "t", durability: .operatingSystem)
      }
    }()
    for _ in 0..<4 { _ = try await store.backUp(to: backups) }
    try await writing
    _ = try await store.backUp(to: backups)
    try await store.close()
    var last = 0
    for info in try await backups.listBackups() {
      #expect(try await backups.verifyBackup(info.number).isSound)
      // Rows are written in order: a moment is how many there are.
      try directories[2].empty()
      try await backups.restore(
        info.number, to: directories[2].path, configuration: configuration)
      let copy = try await EmbeddedStore.open(at: directories[2].path, configuration: configuration)
      let rows = Set(try await TestStore.rows(copy.scan(Scan(), in: "t")).map(\.row))
      #expect(rows == Set((0..<rows.count).map(TestStore.row)) && rows.count >= last)
      last = rows.count
      try await copy.close()
    }
    #expect(last == 2000)
  }
}

extension ScratchDirectory {
  /// Removes the files in it.
  fileprivate func empty() throws {
    for name in try PosixFileSystem().list(path) { try PosixFileSystem().remove(path + "/" + name) }
  }
}

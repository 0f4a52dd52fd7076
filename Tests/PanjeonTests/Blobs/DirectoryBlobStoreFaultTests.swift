// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import Panjeon
  import PanjeonStorage
  import PanjeonTesting
  import Synchronization
  import Testing
  import WideColumn

  @Suite("DirectoryBlobStore: crashes and faults")
  struct DirectoryBlobStoreFaultTests {
    /// A file to be put.
    private static func files() throws -> InMemoryFileSystem {
      let files = InMemoryFileSystem()
      let file = try files.open("/source", .createNew)
      let bytes = [UInt8](repeating: 9, count: BlobSource.chunkBytes + 700)
      try bytes.withRawBytes { (bytes) throws(StoreError) in try file.write(bytes, at: 0) }
      return files
    }

    private struct Crash: Sendable {
      var left: InMemoryFileSystem
      var fates: [Blob: BlobScene.Fate]
      var call: FileSystemCall
    }

    @Test(
      "After a crash at any call, values are there whole or not at all, and those that were put are"
    )
    func crashes() async throws {
      TestSeed.announce("DirectoryBlobStore crashes")
      let scene = BlobScene()
      let disk = Mutex<InMemoryFileSystem?>(nil)
      let crashes = Mutex<[Crash]>([])
      let random = Mutex(SplitMix64(seed: TestSeed.value))
      let fileSystem = InMemoryFileSystem { call in
        guard let disk = disk.withLock({ $0 }) else { return }
        // Of the many directories made at the beginning, some.
        if call.kind == .createDirectory, call.number % 41 != 0 { return }
        for chance in [0, 0.5, 1] {
          let left = random.withLock { disk.crash(keepingUnsynced: chance, using: &$0) }
          crashes.withLock { $0.append(Crash(left: left, fates: scene.fates, call: call)) }
        }
      }
      disk.withLock { $0 = fileSystem }
      let failures = await scene.run(fileSystem, files: try Self.files(), seed: TestSeed.value)
      #expect(failures == 0)
      disk.withLock { $0 = nil }
      let all = crashes.withLock { $0 }
      #expect(
        Set(all.map(\.call.kind)).isSuperset(of: [.write, .sync, .rename, .syncDirectory, .remove]))
      for crash in all {
        try await BlobScene.check(crash.left, crash.fates, "crash before \(crash.call)")
      }
      #expect(all.count > 150)
    }

    @Test(
      "Whatever call fails, and however, nothing that was put is lost, and nothing is there by halves",
      arguments: [
        Fault.ioError, .ioErrorAfterwards, .noSpace, .shortWrite(byteCount: 100),
        .syncDroppingPages(alsoFromMemory: false), .syncDroppingPages(alsoFromMemory: true),
      ])
    func faults(_ fault: Fault) async throws {
      let files = try Self.files()
      // Which calls there are.
      let calls = Mutex<[FileSystemCall]>([])
      let observed = InMemoryFileSystem { call in calls.withLock { $0.append(call) } }
      _ = await BlobScene().run(observed, files: files, seed: 1)
      let chosen = calls.withLock { $0 }.filter { call in
        if case .syncDroppingPages = fault { return call.kind == .sync }
        if case .shortWrite = fault { return call.kind == .write }
        return call.kind != .createDirectory || call.number % 41 == 0
      }
      #expect(!chosen.isEmpty)
      for call in chosen {
        let scene = BlobScene()
        let base = InMemoryFileSystem()
        let failing = FailingFileSystem(base, failingCall: call.number, with: fault)
        let failures = await scene.run(failing, files: files, seed: 1)
        #expect(failing.injected.count == 1, "\(call)")
        // A temporary file that cannot be removed may stay, and one that has gone already may be missed.
        let isQuiet = call.kind == .exists || call.kind == .remove || call.kind == .lock
        #expect(failures > 0 || isQuiet, "\(fault) of \(call) was not told")
        var random = SplitMix64(seed: 1)
        try await BlobScene.check(
          base.crash(keepingUnsynced: 0, using: &random), scene.fates, "\(fault) of \(call)")
        try await BlobScene.check(base.killProcess(), scene.fates, "\(fault) of \(call), killed")
      }
    }

    @Test(
      "A full disk, a failed sync and a failed rename have their codes, and leave nothing behind")
    func codes() async throws {
      let base = InMemoryFileSystem()
      let failing = FailingFileSystem(base) { _ in nil }
      let store = try await DirectoryBlobStore.open(at: "/blobs", fileSystem: failing)
      let cases: [(FileSystemCall.Kind, Fault, BlobError.Code)] = [
        (.write, .noSpace, .noSpace), (.write, .shortWrite(byteCount: 10), .noSpace),
        (.sync, .syncDroppingPages(alsoFromMemory: true), .io), (.open, .ioError, .io),
        (.rename, .ioError, .io), (.open, .noSpace, .noSpace),
      ]
      for (kind, fault, code) in cases {
        failing.fail { $0.kind == kind ? fault : nil }
        let failure = await #expect(throws: BlobError.self) {
          _ = try await store.put(.bytes([UInt8](repeating: 1, count: 5000)), type: "text/plain")
        }
        #expect(failure?.code == code, "\(kind) \(fault)")
        #expect(failure?.cause is StoreError)
        failing.heal()
        #expect(try base.list("/blobs/temporary") == [], "\(kind) \(fault)")
        #expect(try await store.keys(after: nil, countMax: 10).keys == [])
      }
      // A sync that lies is found out by nobody; one that fails is not asked again.
      failing.fail { $0.kind == .sync ? .ioError : nil }
      _ = try? await store.put(.bytes([1]), type: "text/plain")
      #expect(failing.injected.filter { $0.call.kind == .sync }.count == 2)
      await store.close()
    }

    @Test(
      "Every bit of a value that rots is told by the checksum, and so are a short and a long file")
    func corruption() async throws {
      let disk = InMemoryFileSystem()
      let store = try await DirectoryBlobStore.open(at: "/blobs", fileSystem: disk)
      let bytes = (0..<64).map { UInt8($0) }
      let blob = try await store.put(.bytes(bytes), type: "text/plain")
      let file = "/blobs/\(blob.key.text.prefix(2))/\(blob.key.text)"
      #expect(disk.contents(of: file) == bytes)
      for bit in 0..<(64 * 8) {
        disk.flipBit(bit, of: file)
        let failure = await #expect(throws: BlobError.self) { _ = try await store.get(blob) }
        #expect(failure?.code == .checksumMismatch)
        disk.flipBit(bit, of: file)
      }
      for wrong in [Array(bytes.dropLast()), bytes + [0], []] {
        disk.setContents(of: file, to: wrong)
        let failure = await #expect(throws: BlobError.self) { _ = try await store.get(blob) }
        #expect(failure?.code == .checksumMismatch)
      }
      disk.setContents(of: file, to: bytes)
      #expect(try await store.get(blob) == Bytes(bytes))
      await store.close()
    }

    @Test("A file that is not what was said, or goes on growing, gets no name")
    func changedFiles() async throws {
      let files = try Self.files()
      let store = try await DirectoryBlobStore.open(at: "/blobs", fileSystem: files)
      let source = BlobSource.file("/source", in: files)
      let blob = try await Blob(describing: source, type: "text/plain")
      files.flipBit(77, of: "/source")
      var failure = await #expect(throws: BlobError.self) {
        try await store.put(source, as: blob)
      }
      #expect(failure?.code == .checksumMismatch)
      for change in [-1, 1] {
        let bytes = [UInt8](repeating: 9, count: BlobSource.chunkBytes + 700 + change)
        files.setContents(of: "/source", to: bytes)
        failure = await #expect(throws: BlobError.self) { try await store.put(source, as: blob) }
        #expect(failure?.code == .checksumMismatch)
      }
      #expect(try await store.keys(after: nil, countMax: 10).keys == [])
      #expect(try files.list("/blobs/temporary") == [])
      failure = await #expect(throws: BlobError.self) {
        try await store.put(.file("/none", in: files), as: blob)
      }
      #expect(failure?.code == .io)
      await store.close()
    }
  }
#endif

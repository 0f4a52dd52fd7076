// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import Foundation
  import Panjeon
  import PanjeonStorage
  import PanjeonTesting
  import Testing
  import WideColumn

  @Suite("DirectoryBlobStore")
  struct DirectoryBlobStoreTests {
    @Test("It keeps the contract, in memory", arguments: BlobStoreContract.Claim.allCases)
    func contractInMemory(_ claim: BlobStoreContract.Claim) async throws {
      let store = try await DirectoryBlobStore.open(
        at: "/blobs", fileSystem: InMemoryFileSystem(), bytesMax: 2 << 20)
      try await BlobStoreContract(store, seed: TestSeed.value).verify(claim)
      await store.close()
    }

    @Test("It keeps the contract, on a disk", arguments: BlobStoreContract.Claim.allCases)
    func contractOnDisk(_ claim: BlobStoreContract.Claim) async throws {
      try await withDirectory { path in
        let store = try await DirectoryBlobStore.open(at: path + "/blobs", bytesMax: 2 << 20)
        try await BlobStoreContract(store, seed: TestSeed.value).verify(claim)
        await store.close()
      }
    }

    @Test("Values outlive the store; files lie where the page says, for their owner only")
    func layout() async throws {
      try await withDirectory { path in
        let bytes = [UInt8](repeating: 5, count: 10)
        let store = try await DirectoryBlobStore.open(at: path + "/blobs")
        let blob = try await store.put(.bytes(bytes), type: "image/jpeg")
        await store.close()
        let file = "\(path)/blobs/\(blob.key.text.prefix(2))/\(blob.key.text)"
        #expect(FileManager.default.contents(atPath: file) == Data(bytes))
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let format = FileManager.default.contents(atPath: "\(path)/blobs/FORMAT")
        #expect(format == Data("panjeon-blobs 1\n".utf8))
        let again = try await DirectoryBlobStore.open(at: path + "/blobs")
        #expect(try await again.get(blob) == Bytes(bytes))
        await again.close()
      }
    }

    @Test("A file larger than is held in memory goes in and comes out, by parts")
    func largeFiles() async throws {
      try await withDirectory { path in
        let store = try await DirectoryBlobStore.open(at: path + "/blobs", bytesMax: 1 << 16)
        var bytes = Data(count: (1 << 20) + 333)
        for index in stride(from: 0, to: bytes.count, by: 7) { bytes[index] = UInt8(index & 255) }
        try bytes.write(to: URL(fileURLWithPath: path + "/in"))
        let blob = try await store.put(.file(path + "/in"), type: "video/mp4")
        #expect(blob.size == UInt64(bytes.count))
        let failure = await #expect(throws: BlobError.self) { _ = try await store.get(blob) }
        #expect(failure?.code == .tooLarge)
        let unchecked = await #expect(throws: BlobError.self) {
          _ = try await store.get(blob.key)
        }
        #expect(unchecked?.code == .tooLarge)
        try await store.get(blob, toFile: path + "/out")
        #expect(FileManager.default.contents(atPath: path + "/out") == bytes)
        await store.close()
      }
    }

    @Test("One store at a time has a directory open, and only one that is a directory of values")
    func opening() async throws {
      let disk = InMemoryFileSystem()
      let store = try await DirectoryBlobStore.open(at: "/blobs", fileSystem: disk)
      try await expect(.locked) { () throws(BlobError) in
        _ = try await DirectoryBlobStore.open(at: "/blobs", fileSystem: disk)
      }
      await store.close()
      await store.close()
      try await expect(.closed) { () throws(BlobError) in try await store.delete(BlobKey()) }
      // What another version has written.
      disk.setContents(of: "/blobs/FORMAT", to: Array("panjeon-blobs 2\n".utf8))
      try await expect(.misconfigured) { () throws(BlobError) in
        _ = try await DirectoryBlobStore.open(at: "/blobs", fileSystem: disk)
      }
      // Somebody's own files.
      try disk.createDirectory("/home")
      _ = try disk.open("/home/thesis.txt", .createNew)
      for _ in 0..<2 {
        try await expect(.misconfigured) { () throws(BlobError) in
          _ = try await DirectoryBlobStore.open(at: "/home", fileSystem: disk)
        }
      }
      try await expect(.invalidArgument) { () throws(BlobError) in
        _ = try await DirectoryBlobStore.open(at: "/blobs", fileSystem: disk, threads: 0)
      }
    }

    @Test("Files that are no values are not listed; a cancelled call does nothing")
    func strangers() async throws {
      let disk = InMemoryFileSystem()
      let store = try await DirectoryBlobStore.open(at: "/blobs", fileSystem: disk)
      let blob = try await store.put(.bytes([1]), type: "text/plain")
      _ = try disk.open("/blobs/00/.nfs0001", .createNew)
      _ = try disk.open("/blobs/01/\(BlobKey().text).1", .createNew)
      _ = try disk.open("/blobs/02/\("03" + BlobKey().text.dropFirst(2))", .createNew)
      #expect(try await store.keys(after: nil, countMax: 10).keys == [blob.key])
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        try await store.delete(blob.key)
      }
      task.cancel()
      let failure = await #expect(throws: BlobError.self) { try await task.value }
      #expect(failure?.code == .cancelled)
      #expect(try await store.contains(blob.key))
      await store.close()
    }

    private func expect(
      _ code: BlobError.Code, _ body: () async throws(BlobError) -> Void
    ) async throws {
      do throws(BlobError) {
        try await body()
        Issue.record("did not fail with \(code)")
      } catch {
        #expect(error.code == code, "\(error)")
      }
    }

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
      let path = try ScratchDirectory().path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try await body(path)
    }
  }

  @Suite("InMemoryBlobStore")
  struct InMemoryBlobStoreTests {
    @Test("It keeps the contract", arguments: BlobStoreContract.Claim.allCases)
    func contract(_ claim: BlobStoreContract.Claim) async throws {
      let store = InMemoryBlobStore(bytesMax: 2 << 20)
      try await BlobStoreContract(store, seed: TestSeed.value).verify(claim)
      #expect(store.allKeys == [])
    }

    @Test("Its faults do what they say")
    func faults() async throws {
      let store = InMemoryBlobStore()
      store.fail { $0.kind == .put ? .lostAnswer : nil }
      await #expect(throws: BlobError.self) { _ = try await store.put(.bytes([1]), type: "a/b") }
      #expect(store.allKeys.count == 1)
      store.fail { $0.kind == .put ? .unavailable : nil }
      await #expect(throws: BlobError.self) { _ = try await store.put(.bytes([1]), type: "a/b") }
      #expect(store.allKeys.count == 1)
      store.heal()
      let blob = try await store.put(.bytes([1, 2]), type: "a/b")
      store.fail { $0.kind == .get ? .flippedBit(3) : nil }
      let failure = await #expect(throws: BlobError.self) { _ = try await store.get(blob) }
      #expect(failure?.code == .checksumMismatch)
      store.heal()
      #expect(try await store.get(blob) == Bytes([1, 2]))
      store.flipBit(9, of: blob.key)
      await #expect(throws: BlobError.self) { _ = try await store.get(blob) }
      #expect(store.injected.map(\.fault) == [.lostAnswer, .unavailable, .flippedBit(3)])
    }
  }
#endif

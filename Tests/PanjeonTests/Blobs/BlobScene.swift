// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import Panjeon
  import PanjeonStorage
  import PanjeonTesting
  import Synchronization
  import Testing
  import WideColumn

  /// Puts and deletes on a directory of values, and what is known of each value at any moment.
  final class BlobScene: Sendable {
    enum Fate: Sendable {
      /// A put that has not returned, or has failed.
      case perhapsPut
      case put
      /// A deletion that has not returned, or has failed.
      case perhapsDeleted
      case deleted
    }

    private let known = Mutex<[Blob: Fate]>([:])

    var fates: [Blob: Fate] { known.withLock { $0 } }

    /// Opens the store, puts three values, one of them a file, deletes one, and opens the store again; goes on after errors.
    ///
    /// - Returns: How many steps failed.
    func run(_ fileSystem: any FileSystem, files: InMemoryFileSystem, seed: UInt64) async -> Int {
      var random = SplitMix64(seed: seed)
      var failures = 0
      for round in 0..<2 {
        do throws(BlobError) {
          let store = try await DirectoryBlobStore.open(
            at: "/blobs", fileSystem: fileSystem, threads: 1)
          failures += await steps(store, round, files, &random)
          await store.close()
        } catch {
          failures += 1
        }
      }
      return failures
    }

    private func steps(
      _ store: DirectoryBlobStore, _ round: Int, _ files: InMemoryFileSystem,
      _ random: inout SplitMix64
    ) async -> Int {
      var failures = 0
      let bytes = [UInt8](repeating: UInt8(round + 1), count: 1500)
      var blobs: [Blob] = []
      for source in [BlobSource.bytes(bytes), .file("/source", in: files), .bytes(Bytes())] {
        guard
          let blob = try? await Blob(
            describing: source, type: "text/plain", key: BlobKey(using: &random))
        else { continue }
        blobs.append(blob)
        failures += await step(blob, .perhapsPut, .put) { () throws(BlobError) in
          try await store.put(source, as: blob)
        }
      }
      guard let first = blobs.first else { return failures + 1 }
      failures += await step(first, .perhapsDeleted, .deleted) { () throws(BlobError) in
        try await store.delete(first.key)
      }
      return failures
    }

    private func step(
      _ blob: Blob, _ during: Fate, _ after: Fate, _ body: () async throws(BlobError) -> Void
    ) async -> Int {
      known.withLock { $0[blob] = during }
      do throws(BlobError) {
        try await body()
      } catch {
        return 1
      }
      known.withLock { $0[blob] = after }
      return 0
    }

    /// Opens what a crash has left, and looks whether it holds what was promised, and nothing by halves.
    static func check(
      _ fileSystem: InMemoryFileSystem, _ fates: [Blob: Fate], _ what: String
    ) async throws {
      let store = try await DirectoryBlobStore.open(
        at: "/blobs", fileSystem: fileSystem, threads: 1)
      var expected: Set<BlobKey> = []
      for (blob, fate) in fates {
        let isThere: Bool
        do throws(BlobError) {
          _ = try await store.get(blob)
          isThere = true
        } catch {
          #expect(error.code == .notFound, "\(what): a value by halves: \(error)")
          isThere = false
        }
        switch fate {
        case .put: #expect(isThere, "\(what): a value is lost")
        case .deleted: #expect(!isThere, "\(what): a deleted value is back")
        case .perhapsPut, .perhapsDeleted: break
        }
        if isThere { expected.insert(blob.key) }
      }
      let page = try await store.keys(after: nil, countMax: 1000)
      #expect(Set(page.keys) == expected, "\(what): other values are listed")
      #expect(try fileSystem.list("/blobs/temporary") == [], "\(what): temporary files are left")
      let new = try await store.put(.bytes([1, 2, 3]), type: "text/plain")
      #expect(try await store.get(new) == Bytes([1, 2, 3]))
      await store.close()
    }
  }
#endif

// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import Panjeon
  import PanjeonTesting
  import Testing
  import WideColumn

  private struct Picture: Record, Hashable {
    static let objectType = ObjectType<Picture>(50, "picture", table: "picture")
    static var blobs: (@Sendable (Picture) -> [Blob])? { { $0.images } }
    var images: [Blob]
    enum CodingKeys: Int, CodingKey { case images = 1 }
  }

  extension ObjectType<Picture> {
    fileprivate static var picture: Self { Picture.objectType }
  }

  @Suite("References to blobs")
  struct BlobReferenceTests {
    private let schema = DatastoreSchema { Root(.picture) }
    private let clock = ManualTimeSource()
    private let day = Duration.seconds(86_400)

    private func withPictures(
      _ blobs: InMemoryBlobStore = InMemoryBlobStore(),
      _ body: (DatabaseDatastore, InMemoryBlobStore) async throws -> Void
    ) async throws {
      var configuration = inMemory()
      configuration.timeSource = clock
      try await withDatabase(at: "/pictures", configuration: configuration) { database in
        try await body(try await database.openDatastore(schema), blobs)
      }
    }

    private func put(
      _ text: String, _ datastore: DatabaseDatastore, _ blobs: InMemoryBlobStore
    ) async throws -> Blob {
      try await datastore.putBlob(.bytes(Array(text.utf8)), type: "image/jpeg", in: blobs)
    }

    @Test("A value is kept while a record refers to it, and collected a day after none does")
    func life() async throws {
      try await withPictures { datastore, blobs in
        let key = Key(.picture, 1)
        let (first, second) = (
          try await put("first", datastore, blobs), try await put("second", datastore, blobs)
        )
        let never = try await put("never", datastore, blobs)
        try await datastore.put(Picture(images: [first, second]), at: key)
        clock.advance(by: day * 2)
        #expect(try await datastore.collectBlobs(in: blobs) == 1)
        #expect(Set(blobs.allKeys) == [first.key, second.key])
        await expect(.blobGone) {
          try await datastore.put(Picture(images: [never]), at: Key(.picture, 2))
        }
        try await datastore.put(Picture(images: [second]), at: key)
        #expect(try await datastore.collectBlobs(in: blobs) == 0)
        clock.advance(by: day * 2)
        #expect(try await datastore.collectBlobs(in: blobs) == 1)
        #expect(blobs.allKeys == [second.key])
        try await datastore.deleteSubtree(key)
        clock.advance(by: day * 2)
        #expect(try await datastore.collectBlobs(in: blobs) == 1)
        #expect(blobs.allKeys == [])
        // Nothing is left to be remembered.
        for _ in 0..<2 {
          clock.advance(by: day * 2)
          #expect(try await datastore.collectBlobs(in: blobs) == 0)
        }
        try await datastore.withSnapshot { snapshot in
          let rows = try await snapshot.rows(Scan(), in: "!blobs!", limit: 10)
          #expect(rows.isEmpty)
        }
      }
    }

    @Test("A value may be referred to by several records, and is kept until the last one lets go")
    func shared() async throws {
      try await withPictures { datastore, blobs in
        let blob = try await put("a", datastore, blobs)
        for id in 1...3 {
          try await datastore.put(Picture(images: [blob, blob]), at: Key(.picture, id))
        }
        try await datastore.put(Picture(images: []), at: Key(.picture, 1))
        try await datastore.delete(Key(.picture, 3))
        clock.advance(by: day * 2)
        #expect(try await datastore.collectBlobs(in: blobs) == 0)
        #expect(try await datastore.verify().findings.map(\.description) == [])
        // Handed over within a transaction, in either order.
        try await datastore.withTransaction(.quick) { transaction in
          try await transaction.delete(Key(.picture, 2))
          try await transaction.put(Picture(images: [blob]), at: Key(.picture, 4))
        }
        clock.advance(by: day * 2)
        #expect(try await datastore.collectBlobs(in: blobs) == 0)
        #expect(blobs.allKeys == [blob.key])
        try await datastore.delete(Key(.picture, 4))
        clock.advance(by: day * 2)
        #expect(try await datastore.collectBlobs(in: blobs) == 1)
        #expect(try await datastore.verify().findings.map(\.description) == [])
      }
    }

    @Test("More than 256 records cannot refer to a value")
    func tooManyOwners() async throws {
      try await withPictures { datastore, blobs in
        let blob = try await put("a", datastore, blobs)
        for id in 1...256 {
          try await datastore.withTransaction(.quick) {
            try await $0.put(Picture(images: [blob]), at: Key(.picture, id))
          }
        }
        await expect(.blobTaken) {
          try await datastore.put(Picture(images: [blob]), at: Key(.picture, 257))
        }
        try await datastore.delete(Key(.picture, 7))
        try await datastore.put(Picture(images: [blob]), at: Key(.picture, 257))
        #expect(try await datastore.verify().findings.isEmpty)
      }
    }

    @Test("A value that is there already is adopted: its size is looked at, its time begins")
    func adoption() async throws {
      try await withPictures { datastore, blobs in
        let blob = try await blobs.put(.bytes([1, 2]), type: "image/png")
        try await datastore.adoptBlob(blob, in: blobs)
        try await datastore.put(Picture(images: [blob]), at: Key(.picture, 1))
        // Adopted again, it is its record's as before.
        try await datastore.adoptBlob(blob, in: blobs)
        #expect(try await datastore.verify().findings.isEmpty)
        let missing = Blob(
          key: BlobKey(), size: blob.size, type: blob.type, checksum: blob.checksum)
        var shorter = blob
        shorter.size = 1
        await #expect { try await datastore.adoptBlob(missing, in: blobs) } throws: {
          ($0 as? BlobError)?.code == .notFound
        }
        await #expect { try await datastore.adoptBlob(shorter, in: blobs) } throws: {
          ($0 as? BlobError)?.code == .checksumMismatch
        }
        try await datastore.adoptBlob(missing, in: nil)
        try await datastore.put(Picture(images: [missing]), at: Key(.picture, 2))
        try await datastore.delete(Key(.picture, 2))
        clock.advance(by: day * 2)
        #expect(try await datastore.collectBlobs(in: blobs) == 1)
        await expect(.blobGone) { try await datastore.adoptBlob(missing, in: nil) }
        #expect(blobs.allKeys == [blob.key])
      }
    }

    @Test("References that do not agree with the records are found, both ways")
    func verification() async throws {
      try await withPictures { datastore, blobs in
        let (kept, other) = (
          try await put("a", datastore, blobs), try await put("b", datastore, blobs)
        )
        try await datastore.put(Picture(images: [kept]), at: Key(.picture, 1))
        try await datastore.put(Picture(images: [other]), at: Key(.picture, 2))
        // Behind the datastore's back: one record refers to something else, and a state is another's.
        try await datastore.withTransaction(.quick) { transaction in
          for (id, image) in [(1, other), (2, other)] {
            let key = Key(.picture, id).any
            var put = Put(key.row)
            put.add(
              family: AnyKey.family, qualifier: key.qualifier,
              value: try RecordEncoder().encode(Picture(images: [image])))
            try transaction.put(put, in: key.table)
          }
        }
        let kinds = try await datastore.verify().findings.map(\.kind)
        #expect(kinds == [.missingReference, .strayReference])
        // The queue is looked at as well.
        _ = try await put("c", datastore, blobs)
        try await datastore.withTransaction(.quick) { transaction in
          let rows = try await transaction.rows(
            Scan(.prefix(Bytes(utf8: "q"))), in: "!blobs!", limit: 9)
          for row in rows {
            var deletion = Delete(row.row)
            for cell in row {
              deletion.add(family: AnyKey.family, qualifier: cell.column.qualifier)
            }
            try transaction.delete(deletion, in: "!blobs!")
          }
        }
        #expect(try await datastore.verify().findings.count == 3)
      }
    }

    @Test(
      "A value that was put by other means cannot be referred to; a sweep deletes it, and nothing else"
    )
    func stranger() async throws {
      try await withPictures { datastore, blobs in
        let kept = try await put("a", datastore, blobs)
        let stranger = try await blobs.put(.bytes([1, 2]), type: "image/png")
        await expect(.blobGone) {
          try await datastore.put(Picture(images: [stranger]), at: Key(.picture, 1))
        }
        try await datastore.put(Picture(images: [kept]), at: Key(.picture, 1))
        #expect(try await datastore.sweepBlobs(in: blobs) == 1)
        #expect(try await datastore.collectBlobs(in: blobs) == 0)
        clock.advance(by: day * 2)
        #expect(try await datastore.collectBlobs(in: blobs) == 1)
        #expect(blobs.allKeys == [kept.key])
        // A value that is referred to, or was collected, is not put again under its key.
        await expect(.blobTaken) {
          _ = try await datastore.putBlob(
            .bytes([1]), type: "image/png", in: blobs, key: kept.key)
        }
        await expect(.blobGone) {
          _ = try await datastore.putBlob(
            .bytes([1]), type: "image/png", in: blobs, key: stranger.key)
        }
      }
    }

    @Test(
      "Whatever call fails or loses its answer, records refer to values that are there, and the rest is collected",
      arguments: [1, 2, 3] as [UInt64])
    func faults(seed: UInt64) async throws {
      let blobs = InMemoryBlobStore { call in
        var generator = SplitMix64(seed: seed &* 1000 &+ UInt64(call.number))
        return [.unavailable, .lostAnswer, nil, nil].randomElement(using: &generator) ?? nil
      }
      var generator = SplitMix64(seed: seed)
      try await withPictures(blobs) { datastore, blobs in
        var model: [Int: Picture] = [:]
        for _ in 0..<200 {
          let id = Int.random(in: 0..<6, using: &generator)
          switch Int.random(in: 0..<5, using: &generator) {
          case 0..<3:
            guard let blob = try? await put("\(id)", datastore, blobs) else { continue }
            let keeps = Bool.random(using: &generator)
            let picture = Picture(images: (keeps ? model[id]?.images ?? [] : []) + [blob])
            try await datastore.put(picture, at: Key(.picture, id))
            model[id] = picture
          case 3:
            try await datastore.delete(Key(.picture, id))
            model[id] = nil
          default:
            clock.advance(by: .seconds(40_000))
            _ = try? await datastore.collectBlobs(in: blobs)
          }
          let needed = Set(model.values.flatMap { $0.images.map(\.key) })
          #expect(needed.isSubset(of: Set(blobs.allKeys)), "seed \(seed)")
        }
        #expect(!blobs.injected.isEmpty)
        blobs.fail { _ in nil }
        for _ in 0..<3 {
          clock.advance(by: day * 2)
          try await datastore.collectBlobs(in: blobs)
        }
        #expect(
          Set(blobs.allKeys) == Set(model.values.flatMap { $0.images.map(\.key) }), "seed \(seed)")
      }
    }
  }
#endif

// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

/// The album without any index.
private struct PlainPhoto: Record, Hashable {
  static let objectType = ObjectType<PlainPhoto>(5, "photo")
  var takenAt: Int64
  var hash: Bytes?
  enum CodingKeys: Int, CodingKey {
    case takenAt = 1
    case hash = 4
  }
}

private struct PlainCouple: Record, Hashable {
  static let objectType = ObjectType<PlainCouple>(3, "couple", table: "couple")
  var name: String
  var city: String?
  enum CodingKeys: Int, CodingKey {
    case name = 1
    case city = 3
  }
}

private let plainSchema = DatastoreSchema {
  Root(PlainCouple.objectType) { Children(PlainPhoto.objectType) }
}

@Suite("Building indexes")
struct IndexBuildTests {
  private func fill(_ files: InMemoryFileSystem, hashes: Bool = true) async throws {
    try await withAlbum(files, schema: plainSchema) { datastore in
      try await datastore.withTransaction(.quick) { transaction in
        for couple in 0..<5 {
          let root = Key(PlainCouple.objectType, couple)
          try await transaction.put(
            PlainCouple(name: "\(couple)", city: "c\(couple % 2)"), at: root)
          for photo in 0..<30 {
            try await transaction.put(
              PlainPhoto(
                takenAt: Int64(photo % 7), hash: hashes ? Bytes(utf8: "\(photo)") : "same"),
              at: Key(root, PlainPhoto.objectType, photo))
          }
        }
      }
    }
  }

  private var small: DatastoreOptions {
    var options = DatastoreOptions()
    options.objectsPerPiece = 4
    return options
  }

  @Test("An index over data that is there is refused until it is built, and right afterwards")
  func building() async throws {
    let files = InMemoryFileSystem()
    try await fill(files)
    try await withAlbum(files, options: small) { datastore in
      let root = Key(.couple, 2)
      await expect(.indexNotReady) {
        _ = try await datastore.withSnapshot {
          try await $0.find(Photo.byDate, of: root, limit: 1)
        }
      }
      #expect(try await datastore.buildIndex(Photo.byDate) == 150)
      #expect(try await datastore.buildIndex(Photo.byDate) == 0)
      let page = try await datastore.withSnapshot {
        try await $0.find(Photo.byDate, of: root, limit: 100)
      }
      #expect(page.entries.count == 30)
      #expect(page.entries.map(\.record.takenAt) == page.entries.map(\.record.takenAt).sorted())
      #expect(try await datastore.indexesNotReady().contains("photo_by_hash"))
      try await datastore.buildIndexes()
      #expect(try await datastore.indexesNotReady() == [])
      let city = try await datastore.withSnapshot {
        try await $0.find(Couple.byCity, in: .equal(to: "c1"), limit: 9)
      }
      #expect(city.entries.map { $0.key.id(as: Int.self) } == [1, 3])
    }
    // It stays ready.
    try await withAlbum(files) { datastore in
      let names = try await datastore.indexesNotReady()
      #expect(names == [])
    }
  }

  @Test("Records that are written while an index is built are in it, and those deleted are not")
  func whileOthersWrite() async throws {
    let files = InMemoryFileSystem()
    try await fill(files)
    try await withAlbum(files, options: small) { datastore in
      try await withThrowingTaskGroup { group in
        for client in 0..<3 {
          group.addTask {
            var generator = SplitMix64(seed: UInt64(client))
            for _ in 0..<120 {
              let key = Key(
                Key(.couple, Int.random(in: 0..<6, using: &generator)), .photo,
                client * 15 + Int.random(in: 0..<15, using: &generator))
              try await datastore.withTransaction(.quick) { transaction in
                if Bool.random(using: &generator) {
                  try await transaction.delete(key)
                } else {
                  try await transaction.put(
                    Photo(Int64.random(in: 0..<9, using: &generator)), at: key)
                }
              }
            }
          }
        }
        group.addTask { try await datastore.buildIndexes() }
        try await group.waitForAll()
      }
    }
  }

  @Test("A build that is cut off anywhere goes on where it was", arguments: [1, 2, 5, 9, 20])
  func cutOff(after transactions: Int) async throws {
    let files = InMemoryFileSystem()
    try await fill(files)
    for _ in 0..<3 {
      try await withAlbum(files, options: small) { datastore in
        let before = datastore.transactions.statistics.commits
        let task = Task { try await datastore.buildIndexes() }
        while datastore.transactions.statistics.commits < before + UInt64(transactions),
          try await datastore.indexesNotReady() != []
        { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        _ = await task.result
      }
    }
    try await withAlbum(files) { datastore in
      try await datastore.buildIndexes()
      #expect(try await datastore.indexesNotReady() == [])
    }
  }

  @Test(
    "What a program without the index has written leaves it to be built anew, wrong entries and all"
  )
  func unmaintained() async throws {
    let files = InMemoryFileSystem()
    try await fill(files)
    try await withAlbum(files) { try await $0.buildIndexes() }
    try await withAlbum(files, schema: plainSchema) { datastore in
      let root = Key(PlainCouple.objectType, 1)
      try await datastore.delete(Key(root, PlainPhoto.objectType, 3))
      try await datastore.put(
        PlainPhoto(takenAt: 77, hash: "5"), at: Key(root, PlainPhoto.objectType, 4))
      try await datastore.put(
        PlainPhoto(takenAt: 78, hash: "new"), at: Key(root, PlainPhoto.objectType, 5))
      try await datastore.put(PlainCouple(name: "1", city: "moved"), at: root)
    }
    try await withAlbum(files, options: small) { datastore in
      await expect(.indexNotReady) {
        _ = try await datastore.withSnapshot {
          try await $0.find(Photo.byDate, of: Key(.couple, 1), limit: 1)
        }
      }
      try await datastore.buildIndexes()
      let page = try await datastore.withSnapshot {
        try await $0.find(Photo.byDate, of: Key(.couple, 1), order: .descending, limit: 2)
      }
      #expect(page.entries.map { $0.key.id(as: Int.self) } == [5, 4])
    }
  }

  @Test(
    "A unique index cannot be built over two of the same value, until one is changed",
    arguments: [1, 4, 5, 9, 100])
  func violation(pieces: Int) async throws {
    let files = InMemoryFileSystem()
    try await withAlbum(files, schema: plainSchema) { datastore in
      let root = Key(PlainCouple.objectType, 0)
      for photo in 0..<10 {
        try await datastore.put(
          PlainPhoto(takenAt: 0, hash: Bytes(utf8: "\(min(photo, 8))")),
          at: Key(root, PlainPhoto.objectType, photo))
      }
    }
    var options = DatastoreOptions()
    options.objectsPerPiece = pieces
    try await withAlbum(files, options: options) { datastore in
      let root = Key(.couple, 0)
      let error = await #expect(throws: DatastoreError.self) {
        try await datastore.buildIndex(Photo.byHash)
      }
      #expect(error?.code == .uniqueViolation)
      #expect(error?.key == Key(root, .photo, 8).any)
      try await datastore.put(Photo(0, hash: "other"), at: Key(root, .photo, 9))
      try await datastore.buildIndex(Photo.byHash)
      let page = try await datastore.withSnapshot {
        try await $0.find(Photo.byHash, below: root, limit: 100)
      }
      #expect(page.entries.count == 10)
    }
  }

  @Test(
    "Two who build an index at once: one of them does, or both say that they do not, and it is right"
  )
  func twoBuilders() async throws {
    let files = InMemoryFileSystem()
    try await fill(files)
    try await withAlbum(files, options: small) { datastore in
      await withTaskGroup { group in
        for _ in 0..<3 {
          group.addTask { _ = try? await datastore.buildIndexes() }
        }
        await group.waitForAll()
      }
      try await datastore.buildIndexes()
      #expect(try await datastore.indexesNotReady() == [])
    }
  }

  private struct ClusteredPhoto: Record {
    static let objectType = ObjectType<ClusteredPhoto>(5, "photo")
    static let byDate = Index(
      30, "photo_by_date", on: \ClusteredPhoto.takenAt, scope: .root, isClustered: true)
    static var indexes: [IndexDefinition<ClusteredPhoto>] { [byDate.definition] }
    var takenAt: Int64
    enum CodingKeys: Int, CodingKey { case takenAt = 1 }
  }

  @Test("An index that has become another one, of the same number and name, is built anew")
  func otherShape() async throws {
    let files = InMemoryFileSystem()
    try await fill(files)
    try await withAlbum(files) { try await $0.buildIndexes() }
    let schema = DatastoreSchema {
      Root(PlainCouple.objectType) { Children(ClusteredPhoto.objectType) }
    }
    try await withAlbum(files, schema: schema, options: small) { datastore in
      #expect(try await datastore.indexesNotReady() == ["photo_by_date"])
      try await datastore.buildIndexes()
      var count = 0
      for try await _ in datastore.find(
        ClusteredPhoto.byDate, below: Key(PlainCouple.objectType, 1))
      { count += 1 }
      #expect(count == 30)
    }
  }

  @Test("Verification tells a missing entry, a stray one, and a wrong count")
  func verification() async throws {
    try await withDatabase(at: "/album", configuration: inMemory()) { database in
      let datastore = try await database.openDatastore(albumSchema)
      let couple = Key(.couple, "m")
      for id in 1...3 { try await datastore.put(Photo(Int64(id)), at: Key(couple, .photo, id)) }
      #expect(try await datastore.verify().findings == [])
      #expect(try await datastore.verify().objects == 3)
      #expect(try await datastore.verify().entries == 3)
      // Behind its back.
      try await database.withTransaction { transaction in
        let key = Key(couple, .photo, 2).any
        var delete = Delete(key.row)
        delete.add(family: "data", qualifier: key.qualifier)
        try transaction.delete(delete, in: "couple")
        let photo = Key(couple, .photo, 3).any
        let stored = try await transaction.get(Get(photo.row), in: "couple")
        let entry = try #require(
          stored?.first { KeyPathParts($0.column.qualifier)?.steps.last?.typeNumber == 30 })
        var other = Delete(key.row)
        other.add(family: "data", qualifier: entry.column.qualifier)
        try transaction.delete(other, in: "couple")
      }
      let kinds = try await datastore.verify().findings.map(\.kind)
      #expect(Set(kinds) == [.wrongMetadata, .strayEntry, .missingEntry])
      #expect(kinds.count == 3)
    }
  }
}

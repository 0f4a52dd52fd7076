// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

@Suite("Records in a datastore")
struct RecordsTests {
  let couple = Key(.couple, "m")

  @Test("What is put is read, in its transaction and afterwards; what is deleted is not")
  func puttingAndDeleting() async throws {
    try await withAlbum { datastore in
      let photo = Key(couple, .photo, 1)
      try await datastore.withTransaction(.quick) { transaction in
        #expect(try await transaction.get(photo) == nil)
        try await transaction.put(Photo(5, caption: "바다"), at: photo)
        #expect(try await transaction.get(photo)?.caption == "바다")
        #expect(try await transaction.count(.photo, of: couple) == 1)
      }
      #expect(try await datastore.get(photo) == Photo(5, caption: "바다"))
      #expect(try await datastore.delete(photo))
      #expect(try await datastore.get(photo) == nil)
      #expect(try await datastore.delete(photo) == false)
      #expect(try await datastore.count(.photo, of: couple) == 0)
    }
  }

  @Test("Ids are issued in order, and never again; explicit ones count")
  func ids() async throws {
    try await withAlbum { datastore in
      func insert(_ at: Int64) async throws -> Int? {
        try await datastore.withTransaction(.quick) {
          try await $0.insert(Photo(at), .photo, under: couple)
        }.id()
      }
      #expect(try await insert(1) == 1)
      #expect(try await insert(2) == 2)
      try await datastore.delete(Key(couple, .photo, 2))
      #expect(try await insert(3) == 3)
      try await datastore.put(Photo(9), at: Key(couple, .photo, 9))
      #expect(try await insert(4) == 10)
      try await datastore.put(Photo(9), at: Key(couple, .photo, -7))
      try await datastore.put(Photo(9), at: Key(couple, .photo, "text"))
      #expect(try await insert(5) == 11)
      #expect(try await datastore.count(.photo, of: couple) == 7)
    }
  }

  @Test("Clients who insert at once get ids without gaps")
  func concurrentInserts() async throws {
    try await withAlbum { datastore in
      try await withThrowingTaskGroup { group in
        for client in 0..<4 {
          group.addTask {
            for number in 0..<20 {
              try await datastore.withTransaction(.quick) {
                _ = try await $0.insert(
                  Photo(Int64(client * 100 + number)), .photo, under: couple)
              }
            }
          }
        }
        try await group.waitForAll()
      }
      try await datastore.withSnapshot { snapshot in
        let page = try await snapshot.children(.photo, of: couple, limit: 100)
        #expect(page.entries.map { $0.key.id(as: Int.self) } == Array(1...80))
        #expect(page.next == nil)
      }
    }
  }

  @Test(
    "An insert under a key that is taken is refused, and a key that the schema has no place for")
  func refusals() async throws {
    try await withAlbum { datastore in
      let photo = Key(couple, .photo, 1)
      try await datastore.put(Photo(1), at: photo)
      await expect(.alreadyExists) {
        try await datastore.withTransaction(.quick) { try await $0.insert(Photo(2), at: photo) }
      }
      await expect(.undeclared) {
        try await datastore.put(Comment(author: "a", text: "b"), at: Key(couple, .comment, 1))
      }
      await expect(.undeclared) {
        try await datastore.put(Photo(1), at: Key(photo, .photo, 1))
      }
      await expect(.noDatastore) {
        try await datastore.transactions.withTransaction { transaction in
          try await transaction.put(Photo(2), at: photo)
        }
      }
      #expect(try await datastore.get(photo) == Photo(1))
    }
  }

  @Test("Many records are read at once, from many rows, in the order of their keys")
  func many() async throws {
    try await withAlbum { datastore in
      let keys = (0..<40).map { Key(Key(.couple, $0 % 7), .photo, $0) }
      try await datastore.withTransaction(.quick) { transaction in
        for (number, key) in keys.enumerated() where number % 3 != 0 {
          try await transaction.put(Photo(Int64(number)), at: key)
        }
      }
      let photos = try await datastore.get(Array(keys.reversed()))
      for (number, photo) in photos.reversed().enumerated() {
        #expect(photo?.takenAt.microseconds == (number % 3 == 0 ? nil : Int64(number)))
      }
    }
  }

  @Test(
    "A field that the program does not know survives that it reads, changes and writes the record")
  func unknownFields() async throws {
    struct NewMemo: Record, Hashable {
      static let objectType = ObjectType<NewMemo>(6, "memo")
      var text: String
      var mood: String?
      enum CodingKeys: Int, CodingKey {
        case text = 1
        case mood = 9
      }
    }
    let newSchema = DatastoreSchema { Root(.couple) { Children(NewMemo.objectType) } }
    let files = InMemoryFileSystem()
    try await withAlbum(files, schema: newSchema) { datastore in
      try await datastore.put(
        NewMemo(text: "a", mood: "glad"), at: Key(couple, NewMemo.objectType, 1))
    }
    try await withAlbum(files) { datastore in
      let key = Key(couple, .memo, 1)
      var memo = try #require(try await datastore.get(key))
      memo.text = "changed"
      try await datastore.put(memo, at: key)
    }
    try await withAlbum(files, schema: newSchema) { datastore in
      let memo = try await datastore.get(Key(couple, NewMemo.objectType, 1))
      #expect(memo == NewMemo(text: "changed", mood: "glad"))
    }
  }

  @Test("A datastore works over a store that changes one row at a time, in two phases")
  func twoPhases() async throws {
    let base = try await EmbeddedStore.open(at: "/base", configuration: inMemory())
    for table in albumSchema.tables { try await base.createTable(table) }
    let clock = SystemTimeSource()
    let store = TwoPhaseStore(base, timeSource: clock)
    let manager = TransactionManager(store: store, timeSource: clock, seed: 3)
    let datastore = try await Datastore.open(albumSchema, on: manager)
    try await withThrowingTaskGroup { group in
      for client in 0..<3 {
        group.addTask {
          for number in 0..<8 {
            try await datastore.withTransaction(.patient) { transaction in
              let root = Key(.couple, number % 2)
              try await transaction.put(
                Couple(name: "\(client)", email: "\(number % 2)@\(client)"), at: root)
              try await transaction.insert(Photo(Int64(number)), .photo, under: root)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await datastore.count(.photo, of: Key(.couple, 1)) == 12)
    let changes = datastore.changes(to: .photo, of: Key(.couple, 1), since: .beginning)
      .makeAsyncIterator()
    var seen = 0
    while seen < 12, let next = try await changes.next() { seen += next.changes.count }
    #expect(try await datastore.verify().findings == [])
    await store.drain()
    try await base.close()
  }

  @Test("Bytes that are no record are an error that names the key")
  func malformed() async throws {
    try await withDatabase(at: "/album", configuration: inMemory()) { database in
      let datastore = try await database.openDatastore(albumSchema)
      let key = Key(couple, .memo, 1)
      try await datastore.put(Memo(text: "a"), at: key)
      try await database.withTransaction { transaction in
        var put = Put(key.any.row)
        put.add(family: "data", qualifier: key.any.qualifier, value: [0xA1, 0x01])
        try transaction.put(put, in: "couple")
      }
      let error = await #expect(throws: DatastoreError.self) { _ = try await datastore.get(key) }
      #expect(error?.code == .malformed)
      #expect(error?.key == key.any)
      let report = try await datastore.verify()
      #expect(report.findings.map(\.kind) == [.malformed])
    }
  }
}

/// Expects a datastore's error of a code.
func expect(
  _ code: DatastoreError.Code, _ body: () async throws -> Void,
  location: SourceLocation = #_sourceLocation
) async {
  do {
    try await body()
    Issue.record("nothing was thrown", sourceLocation: location)
  } catch let error as DatastoreError {
    #expect(error.code == code, sourceLocation: location)
  } catch {
    Issue.record("\(error)", sourceLocation: location)
  }
}

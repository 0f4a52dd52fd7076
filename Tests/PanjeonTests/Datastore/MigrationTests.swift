// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Synchronization
import Testing

@Suite("Migration")
struct MigrationTests {
  private final class Log: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  private let couple = Key(.couple, "m")

  @Test("Migrations run once, in their order, and the new ones when they are added")
  func order() async throws {
    let files = InMemoryFileSystem()
    let log = Log()
    func migration(_ name: String) -> Migration<EmbeddedStore> {
      .inOneTransaction(name) { transaction in
        log.add(name)
        try await transaction.insert(Memo(text: name), .memo, under: couple)
      }
    }
    try await withAlbum(files, migrations: [migration("a"), migration("b")]) { _ in }
    try await withAlbum(files, migrations: [migration("a"), migration("b")]) { _ in }
    try await withAlbum(files, migrations: ["a", "b", "c"].map(migration)) { datastore in
      #expect(log.all == ["a", "b", "c"])
      let (count, run) = try await (datastore.count(.memo, of: couple), datastore.migrationsRun())
      #expect(count == 3)
      #expect(Set(run.keys) == ["a", "b", "c"])
    }
    // An older program knows fewer, and opens what a newer one has made.
    try await withAlbum(files, migrations: [migration("a")]) { _ in }
    await expect(.migrationOrder) {
      try await withAlbum(files, migrations: ["a", "late", "b", "c"].map(migration)) { _ in }
    }
    await expect(.migrationOrder) {
      try await withAlbum(files, migrations: ["a", "a"].map(migration)) { _ in }
    }
    #expect(log.all == ["a", "b", "c"])
  }

  @Test("One in pieces that fails begins again; one in a transaction leaves nothing behind")
  func failing() async throws {
    struct Broken: Error {}
    let files = InMemoryFileSystem()
    let attempts = Log()
    let pieces = Migration<EmbeddedStore>.inPieces("pieces") { datastore in
      attempts.add("pieces")
      for id in 1...5 {
        try await datastore.put(Memo(text: "\(attempts.all.count)"), at: Key(couple, .memo, id))
        if id == 3, attempts.all.count == 1 { throw Broken() }
      }
    }
    let whole = Migration<EmbeddedStore>.inOneTransaction("whole") { transaction in
      attempts.add("whole")
      try await transaction.put(Memo(text: "whole"), at: Key(couple, .memo, 99))
      if attempts.all.count < 4 { throw Broken() }
    }
    for _ in 0..<2 {
      await #expect(throws: Broken.self) {
        try await withAlbum(files, migrations: [pieces, whole]) { _ in }
      }
    }
    try await withAlbum(files) { datastore in
      let memo = try await datastore.get(Key(couple, .memo, 99))
      #expect(memo == nil)
      #expect(try await datastore.count(.memo, of: couple) == 5)
    }
    try await withAlbum(files, migrations: [pieces, whole]) { datastore in
      #expect(attempts.all == ["pieces", "pieces", "whole", "whole"])
      let memo = try await datastore.get(Key(couple, .memo, 99))
      #expect(memo != nil)
      #expect(try await datastore.get(Key(couple, .memo, 1))?.text == "2")
    }
  }
}

@Suite("Opening a datastore")
struct CatalogTests {
  private struct Renamed: Record {
    static let objectType = ObjectType<Renamed>(5, "picture")
  }
  private struct Twin: Record {
    static let objectType = ObjectType<Twin>(40, "photo")
  }
  private struct Moved: Record {
    static let objectType = ObjectType<Moved>(3, "couple", table: "elsewhere")
  }
  private struct SameNumber: Record {
    static let objectType = ObjectType<SameNumber>(30, "unlike")
  }

  @Test("A number or a name that means something else than before is refused, with nothing written")
  func conflicts() async throws {
    let files = InMemoryFileSystem()
    try await withAlbum(files) { datastore in
      try await datastore.put(Photo(1), at: Key(Key(.couple, "m"), .photo, 1))
    }
    let schemas = [
      DatastoreSchema { Root(.couple) { Children(Renamed.objectType) } },
      DatastoreSchema { Root(.couple) { Children(Twin.objectType) } },
      DatastoreSchema { Root(Moved.objectType) },
      DatastoreSchema { Root(.couple) { Children(SameNumber.objectType) } },
      DatastoreSchema {
        Root(.couple) {
          Children(.photo)
          Children(Renamed.objectType)
        }
      },
    ]
    let renamed = await #expect(throws: DatastoreError.self) {
      try await withAlbum(files, schema: schemas[0]) { _ in }
    }
    #expect(
      renamed?.message
        == "the store knows number 5 as 'photo', the program declares 5 as 'picture'; number, name and "
        + "table of a type never change: declare it as it was, and what is new with a number and a name of its own"
    )
    for schema in schemas {
      await expect(.schemaConflict) { try await withAlbum(files, schema: schema) { _ in } }
    }
    try await withAlbum(files) { datastore in
      let report = try await datastore.verify()
      #expect(report.objects == 1)
      #expect(try await datastore.indexesNotReady() == [])
    }
  }

  @Test("Tables of roots are cut into regions from the start, if asked")
  func regions() async throws {
    try await withDatabase(at: "/album", configuration: inMemory()) { database in
      _ = try await database.openDatastore(albumSchema, regions: 8)
      let tables = try await database.store.info().tables
      #expect(tables.first(where: { $0.schema.name == "couple" })?.regions.count == 8)
      #expect(tables.first(where: { $0.schema.name == "email" })?.regions.count == 1)
    }
  }

  @Test("A database that is open for reading has a datastore to read, if nothing is new to it")
  func readOnly() async throws {
    let directory = try ScratchDirectory()
    defer { directory.remove() }
    let photo = Key(Key(.couple, "m"), .photo, 1)
    try await withDatabase(at: directory.path) { database in
      let datastore = try await database.openDatastore(albumSchema)
      try await datastore.put(Photo(1), at: photo)
    }
    let database = try await Database.openReadOnly(at: directory.path)
    let datastore = try await database.openDatastore(albumSchema)
    #expect(try await datastore.get(photo) == Photo(1))
    // A reader has no say in how long deletions are remembered.
    var options = DatastoreOptions()
    options.deletionsKept = .seconds(3600)
    let other = try await database.openDatastore(albumSchema, options: options)
    #expect(try await other.get(photo) == Photo(1))
    await #expect(throws: StoreError.self) { try await datastore.put(Photo(2), at: photo) }
    try await database.close()
  }
}

// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

@Suite("Indexes that are dropped, and one that is verified")
struct IndexDropTests {
  private struct BarePhoto: Record {
    static let objectType = ObjectType<BarePhoto>(5, "photo")
    var takenAt: Int64
    enum CodingKeys: Int, CodingKey { case takenAt = 1 }
  }

  private struct BareCouple: Record {
    static let objectType = ObjectType<BareCouple>(3, "couple", table: "couple")
    var name: String
    enum CodingKeys: Int, CodingKey { case name = 1 }
  }

  /// Another type under the number of an index.
  private struct Sticker: Record {
    static let objectType = ObjectType<Sticker>(30, "sticker")
    var name: String
    enum CodingKeys: Int, CodingKey { case name = 1 }
  }

  private let bare = DatastoreSchema {
    Root(BareCouple.objectType) { Children(BarePhoto.objectType) }
  }

  private var small: DatastoreOptions {
    var options = DatastoreOptions()
    options.objectsPerPiece = 4
    return options
  }

  /// 5 couples with 12 photos each.
  private func fill(_ files: InMemoryFileSystem) async throws {
    try await withAlbum(files) { datastore in
      try await datastore.withTransaction(.quick) { transaction in
        for couple in 0..<5 {
          let root = Key(.couple, couple)
          try await transaction.put(
            Couple(name: "\(couple)", email: "e\(couple)", city: "c"), at: root)
          for photo in 0..<12 {
            try await transaction.put(
              Photo(Int64(photo), tags: ["a", "b"]), at: Key(root, .photo, photo))
          }
        }
      }
    }
  }

  /// How many cells of a type are in the tables.
  private func cells(_ number: Int, _ datastore: DatabaseDatastore) async throws -> Int {
    var count = 0
    for table in ["couple", "email", "city"] {
      let scan = Scan(columns: .all)
      let rows = try await datastore.withSnapshot {
        try await $0.rows(scan, in: table, limit: 1000)
      }
      for row in rows {
        for cell in row where cell.column.family == AnyKey.family {
          let parts = KeyPathParts(cell.column.qualifier)
          if parts?.steps.last?.typeNumber == number, parts?.kind == .object { count += 1 }
        }
      }
    }
    return count
  }

  @Test("An index that is declared no more is found, and dropped with all its entries")
  func dropping() async throws {
    let files = InMemoryFileSystem()
    try await fill(files)
    try await withAlbum(files, schema: bare, options: small) { datastore in
      let undeclared = try await datastore.undeclaredIndexes()
      #expect(
        undeclared == [
          "comment_by_author", "couple_by_city", "couple_by_email", "photo_by_date",
          "photo_by_hash", "photo_by_tag",
        ])
      #expect(try await datastore.dropIndex(named: "photo_by_tag") == 120)
      #expect(try await datastore.dropIndex(named: "couple_by_city") == 5)
      #expect(try await cells(31, datastore) == 0)
      #expect(try await cells(33, datastore) == 0)
      #expect(try await cells(30, datastore) == 60)
      #expect(try await datastore.undeclaredIndexes().count == 4)
      await expect(.undeclared) { try await datastore.dropIndex(named: "photo_by_tag") }
    }
    try await withAlbum(files) { datastore in
      await expect(.invalidArgument) { try await datastore.dropIndex(named: "photo_by_date") }
      try await datastore.buildIndexes()
      #expect(try await datastore.undeclaredIndexes() == [])
      #expect(try await cells(31, datastore) == 120)
    }
  }

  @Test("Dropping that is cut off goes on where it was, after a crash too", arguments: [1, 2, 6])
  func cutOff(after transactions: Int) async throws {
    var files = InMemoryFileSystem()
    try await fill(files)
    var dropped = 0
    for _ in 0..<3 {
      try await withAlbum(files, schema: bare, options: small) { datastore in
        let before = datastore.transactions.statistics.commits
        let task = Task { try await datastore.dropIndex(named: "photo_by_date") }
        while datastore.transactions.statistics.commits < before + UInt64(transactions),
          try await datastore.undeclaredIndexes().contains("photo_by_date")
        { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        _ = await task.result
        let left = try await cells(30, datastore)
        #expect(left <= 60 - dropped)
        dropped = 60 - left
        files = files.killProcess()
      }
    }
    #expect(dropped >= 12)
    try await withAlbum(files, schema: bare, options: small) { datastore in
      if try await datastore.undeclaredIndexes().contains("photo_by_date") {
        let count = try await datastore.dropIndex(named: "photo_by_date")
        #expect(count == 60 - dropped)
      }
      #expect(try await cells(30, datastore) == 0)
      #expect(try await !datastore.undeclaredIndexes().contains("photo_by_date"))
    }
  }

  @Test("Half dropped and declared again, it is built anew; dropped, its number is free")
  func declaredAgain() async throws {
    let files = InMemoryFileSystem()
    try await fill(files)
    try await withAlbum(files, schema: bare, options: small) { datastore in
      let before = datastore.transactions.statistics.commits
      let task = Task { try await datastore.dropIndex(named: "photo_by_date") }
      while datastore.transactions.statistics.commits < before + 3 {
        try await Task.sleep(for: .milliseconds(1))
      }
      task.cancel()
      _ = await task.result
    }
    try await withAlbum(files) { datastore in
      #expect(try await datastore.indexesNotReady().contains("photo_by_date"))
      try await datastore.buildIndexes()
      #expect(try await datastore.verify(Photo.byDate).entries == 60)
    }
    let other = DatastoreSchema {
      Root(BareCouple.objectType) { Children(Sticker.objectType) }
    }
    let error = await #expect(throws: DatastoreError.self) {
      try await withAlbum(files, schema: other) { _ in }
    }
    #expect(error?.code == .schemaConflict)
    #expect(error?.message.contains("dropIndex") == true)
    try await withAlbum(files, schema: bare) { datastore in
      let count = try await datastore.dropIndex(named: "photo_by_date")
      #expect(count == 60)
    }
    try await withAlbum(files, schema: other) { datastore in
      try await datastore.put(
        Sticker(name: "s"), at: Key(Key(BareCouple.objectType, 1), Sticker.objectType, 1))
    }
  }

  @Test("One index is verified without a look at anything else")
  func verifyingOne() async throws {
    try await withDatabase(at: "/album", configuration: inMemory()) { database in
      let datastore = try await database.openDatastore(albumSchema)
      let couple = Key(.couple, "m")
      try await datastore.put(Couple(name: "M", email: "m@b.kr"), at: couple)
      for id in 1...3 {
        try await datastore.put(Photo(Int64(id), tags: ["t"]), at: Key(couple, .photo, id))
      }
      func spoil(_ number: Int, in table: String) async throws {
        try await database.withTransaction { transaction in
          let rows = try await transaction.rows(Scan(columns: .all), in: table, limit: 9)
          for row in rows {
            let entry = row.first {
              $0.column.family == AnyKey.family
                && KeyPathParts($0.column.qualifier)?.steps.last?.typeNumber == number
            }
            guard let entry else { continue }
            var delete = Delete(row.row)
            delete.add(family: AnyKey.family, qualifier: entry.column.qualifier)
            return try transaction.delete(delete, in: table)
          }
        }
      }
      try await spoil(31, in: "couple")
      try await spoil(200, in: "email")
      let dates = try await datastore.verify(Photo.byDate)
      #expect(dates.findings == [])
      #expect(dates.objects == 3 && dates.entries == 3 && dates.unknown == 0)
      let tags = try await datastore.verify(Photo.byTag)
      #expect(tags.findings.map(\.kind) == [.missingEntry])
      #expect(tags.findings.first?.description.contains("couple/\"m\"/photo:1") == true)
      #expect(try await datastore.verify(Couple.byEmail).findings.map(\.kind) == [.missingEntry])
      #expect(try await datastore.verify(Couple.byCity).findings == [])
      // An entry of nobody.
      try await database.withTransaction { transaction in
        var delete = Delete(couple.any.row)
        delete.add(
          family: AnyKey.family, qualifier: Key(couple, .photo, 2).any.qualifier)
        try transaction.delete(delete, in: "couple")
      }
      #expect(try await datastore.verify(Photo.byDate).findings.map(\.kind) == [.strayEntry])
      #expect(try await datastore.verify().findingCount == 5)
    }
    let files = InMemoryFileSystem()
    try await withAlbum(files, schema: bare) { _ in }
    try await withAlbum(files) { datastore in
      await expect(.indexNotReady) { _ = try await datastore.verify(Photo.byDate) }
    }
  }

  @Test("A store without snapshots is verified while others write to it")
  func twoPhases() async throws {
    let base = try await EmbeddedStore.open(at: "/base", configuration: inMemory())
    for table in albumSchema.tables { try await base.createTable(table) }
    let clock = SystemTimeSource()
    let store = TwoPhaseStore(base, timeSource: clock)
    let manager = TransactionManager(store: store, timeSource: clock, seed: 5)
    let datastore = try await Datastore.open(albumSchema, on: manager)
    for couple in 0..<40 {
      try await datastore.withTransaction(.quick) { transaction in
        for photo in 0..<40 {
          try await transaction.put(
            Photo(Int64(photo)), at: Key(Key(.couple, couple), .photo, photo))
        }
      }
    }
    let writer = Task {
      var number = 0
      while !Task.isCancelled {
        number += 1
        try await datastore.put(
          Photo(Int64(number)), at: Key(Key(.couple, number % 40), .photo, 50))
        try await Task.sleep(for: .milliseconds(2))
      }
      return number
    }
    let report = try await datastore.verify()
    #expect(report.findings == [])
    #expect(report.objects >= 1600)
    writer.cancel()
    _ = await writer.result
    await store.drain()
    try await base.close()
  }
}

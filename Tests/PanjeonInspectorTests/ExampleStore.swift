// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonStorage
import PanjeonTesting
import WideColumn

struct Couple: Record {
  static let objectType = ObjectType<Couple>(3, "couple", table: "couple")
  var name: String
  enum CodingKeys: Int, CodingKey { case name = 1 }
}

struct Photo: Record {
  static let objectType = ObjectType<Photo>(7, "photo")
  static let byMood = Index(30, "photo_by_mood", on: \Photo.mood)
  static var indexes: [IndexDefinition<Photo>] { [byMood.definition] }
  var mood: String
  var text: String
  enum CodingKeys: Int, CodingKey { case mood = 1, text = 4 }
}

/// Stores that are the same in each run, to look into: the clock stands, one task writes.
enum ExampleStore {
  /// What differs from run to run all the same: ids of transactions in locks.
  static let masks = [
    ("(column=!lock!:[a-z]+, timestamp=[0-9]+, value=).*", "…"),
    // When a cell was written without a version: in this century.
    ("timestamp=[0-9]{16}", "timestamp=…"),
    // When a backup was made, and what its files are called.
    ("\"createdAt\":[0-9]+", "\"createdAt\":…"), ("20[0-9]{2}-[0-9-]+T[0-9:.]+Z", "…"),
    ("[0-9a-f]{32}-[0-9a-f-]+\\.sst", "FILE.sst"),
  ]

  static func configuration(_ clock: ManualTimeSource = ManualTimeSource()) -> StoreConfiguration {
    var configuration = StoreConfiguration()
    configuration.timeSource = clock
    return configuration
  }

  /// A table `plain` of two families, of which the rows `a` to `t` are in an SSTable, with deletes, and some in the log alone.
  static func plain(at path: String) async throws {
    let store = try await EmbeddedStore.open(at: path, configuration: configuration())
    try await store.createTable(
      TableSchema(
        name: "plain",
        families: [
          ColumnFamily("f", versionsMax: 3), ColumnFamily("g", timeToLive: .seconds(3_000_000_000)),
        ], localityGroups: [LocalityGroup("default", compression: LocalityGroup.Compression.none)]))
    for number in 0..<20 {
      let row = Bytes(utf8: String(UnicodeScalar(UInt8(97 + number))))
      try await store.mutate(
        RowMutations(
          row,
          [
            .put(
              Column(family: "f", qualifier: "q"), timestamp: Timestamp(microseconds: 10),
              value: Bytes(utf8: "old \(number)")),
            .put(
              Column(family: "f", qualifier: "q"), timestamp: Timestamp(microseconds: 20),
              value: Bytes(utf8: "value \(number)")),
            .put(
              Column(family: "g", qualifier: Bytes([0, UInt8(number), 255])),
              timestamp: Timestamp(microseconds: 30), value: Bytes([92, 0, 200])),
          ]), in: "plain", durability: .operatingSystem)
    }
    try await store.flush()
    let column = Column(family: "f", qualifier: "q")
    try await store.mutate(
      RowMutations("b", [.deleteColumn(column, upTo: nil)]), in: "plain",
      durability: .operatingSystem)
    try await store.mutate(
      RowMutations("z", [.put(column, timestamp: Timestamp(microseconds: 40), value: "late")]),
      in: "plain", durability: .operatingSystem)
    try await store.close()
  }

  /// Two couples with photos, of which one was deleted, as records of a datastore.
  static func records(at path: String) async throws {
    try await withDatabase(at: path, configuration: configuration()) { database in
      let datastore = try await database.openDatastore(
        DatastoreSchema { Root(Couple.objectType) { Children(Photo.objectType) } })
      for id in ["M", "N"] {
        let couple = Key(Couple.objectType, id)
        try await datastore.put(Couple(name: "민지 \(id)"), at: couple)
        for number in 1...3 {
          try await datastore.put(
            Photo(mood: "glad", text: "사랑해 \(number)"), at: Key(couple, Photo.objectType, number))
        }
        try await datastore.delete(Key(couple, Photo.objectType, 2))
      }
    }
  }
}

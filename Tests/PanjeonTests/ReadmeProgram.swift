// SPDX-License-Identifier: Apache-2.0

// README begins
import Panjeon

struct Family: Record {
  static let objectType = ObjectType<Family>(2, "family", table: "family")
  var name: String
  enum CodingKeys: Int, CodingKey { case name = 1 }
}

struct Snapshot: Record {
  static let objectType = ObjectType<Snapshot>(3, "snapshot")
  static let byDay = Index(4, "snapshot_by_day", on: \Snapshot.day)
  static var indexes: [IndexDefinition<Snapshot>] { [byDay.definition] }
  var day: String
  var caption: String?
  enum CodingKeys: Int, CodingKey { case day = 1, caption = 2 }
}

extension ObjectType<Family> { static var family: Self { Family.objectType } }
extension ObjectType<Snapshot> { static var snapshot: Self { Snapshot.objectType } }

func keepAlbum(at path: String) async throws -> [String] {
  try await withDatabase(at: path) { database in
    let datastore = try await database.openDatastore(
      DatastoreSchema { Root(.family) { Children(.snapshot) } })
    let kims = Key(.family, "kim")

    // All of it or nothing, index and count included. The body may run again after a conflict.
    try await datastore.withTransaction { transaction in
      try await transaction.put(Family(name: "김씨네"), at: kims)
      for (day, caption) in [("2026-11-24", "first snow"), ("2026-08-02", "바다")] {
        try await transaction.insert(Snapshot(day: day, caption: caption), .snapshot, under: kims)
      }
    }
    var lines = ["\(try await datastore.count(.snapshot, of: kims)) snapshots"]
    for try await photo in datastore.find(Snapshot.byDay, of: kims, in: .from("2026-08-01")) {
      lines.append("\(photo.key): \(photo.record.day) \(photo.record.caption ?? "")")
    }
    return lines
  }
}
// README ends

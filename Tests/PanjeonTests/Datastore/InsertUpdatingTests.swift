// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

@Suite("Inserting under a parent that changes")
struct InsertUpdatingTests {
  let couple = Key(.couple, "m")

  @Test("Record, metadata, parent and their index entries are written, fields nobody knows stay")
  func writesAll() async throws {
    try await withAlbum { datastore in
      let stored = try RecordValue.map([
        RecordValue.Field(key: .integer(1), value: .text("a")),
        RecordValue.Field(key: .integer(99), value: .text("kept")),
      ]).encode()
      try await datastore.withTransaction(.quick) { transaction in
        var put = Put(couple.any.row)
        put.add(family: "data", qualifier: couple.any.qualifier, value: stored)
        try transaction.put(put, in: "couple")
      }
      for number in 1...3 {
        let key = try await datastore.withTransaction(.quick) { transaction in
          try await transaction.insert(.photo, updating: couple) { id, parent in
            parent.city = "city \(id)"
            return Photo(Int64(number), tags: ["t\(number)"])
          }
        }
        #expect(key == Key(couple, .photo, number))
      }
      try await datastore.withSnapshot { snapshot in
        let record = try await snapshot.get(couple)
        #expect(record == Couple(name: "a", email: nil, city: "city 3"))
        let count = try await snapshot.count(.photo, of: couple)
        #expect(count == 3)
        let found = try await snapshot.find(Photo.byTag, of: couple, in: .equal(to: "t2"), limit: 9)
        #expect(found.entries.map(\.key) == [Key(couple, .photo, 2)])
        let row = try await snapshot.get(Get(couple.any.row), in: "couple")
        let bytes = row?.value(family: "data", qualifier: couple.any.qualifier)
        #expect(try bytes.map { "\(try RecordValue(decoding: $0))" }?.contains("kept") == true)
      }
    }
  }

  @Test("Without the parent nothing is written")
  func noParent() async throws {
    try await withAlbum { datastore in
      let key = try await datastore.withTransaction(.quick) { transaction in
        try await transaction.insert(.photo, updating: couple) { _, _ in Photo(1) }
      }
      #expect(key == nil)
      let count = try await datastore.count(.photo, of: couple)
      #expect(count == 0)
    }
  }

  @Test("An id is not issued again, and ids that were put count")
  func ids() async throws {
    try await withAlbum { datastore in
      try await datastore.withTransaction(.quick) { transaction in
        try await transaction.put(Couple(name: "a"), at: couple)
        try await transaction.put(Photo(1), at: Key(couple, .photo, 7))
        try await transaction.delete(Key(couple, .photo, 7))
        let key = try await transaction.insert(.photo, updating: couple) { _, _ in Photo(2) }
        #expect(key == Key(couple, .photo, 8))
      }
    }
  }
}

@Suite("RandomID in records")
struct RandomIDInRecordsTests {
  struct Holder: Codable, Equatable {
    var id: RandomID
    var others: [RandomID]
    enum CodingKeys: Int, CodingKey {
      case id = 1
      case others = 2
    }
  }

  @Test("An id is stored as a UUID, in 16 bytes")
  func uuid() throws {
    let id = RandomID(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F)
    let holder = Holder(id: id, others: [id, RandomID(high: 0, low: .max)])
    let bytes = try RecordEncoder().encode(holder)
    #expect(Array(bytes.prefix(6)) == [0xA2, 0x01, 0xD8, 0x25, 0x50, 0x00])
    #expect(try RecordDecoder().decode(Holder.self, from: bytes) == holder)
    let short = Bytes([0xA2, 0x01, 0xD8, 0x25, 0x41, 0x00, 0x02, 0x80])
    #expect(throws: DecodingError.self) {
      _ = try RecordDecoder().decode(Holder.self, from: short)
    }
  }
}

@Suite("Timestamp in records")
struct TimestampInRecordsTests {
  struct Holder: Codable, Equatable {
    var at: Timestamp
    enum CodingKeys: Int, CodingKey { case at = 1 }
  }

  @Test("A moment is stored as its number of microseconds")
  func integer() throws {
    let bytes = try RecordEncoder().encode(Holder(at: 1000))
    #expect(Array(bytes) == [0xA1, 0x01, 0x19, 0x03, 0xE8])
    for at in [Timestamp.max, 0, -1, Timestamp(microseconds: .min)] {
      let stored = try RecordEncoder().encode(Holder(at: at))
      #expect(try RecordDecoder().decode(Holder.self, from: stored) == Holder(at: at))
    }
  }
}

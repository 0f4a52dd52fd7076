// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

@Suite("Index")
struct IndexTests {
  let couple = Key(.couple, "m")

  @Test("Records are found by a value, in its order and then in that of their ids")
  func byDate() async throws {
    try await withAlbum { datastore in
      try await datastore.withTransaction(.quick) { transaction in
        for (id, at) in [(1, 50), (2, 10), (3, 50), (4, -5), (5, 99)] as [(Int, Int64)] {
          try await transaction.put(Photo(at), at: Key(couple, .photo, id))
        }
        try await transaction.put(Photo(60), at: Key(Key(.couple, "n"), .photo, 9))
        let page = try await transaction.find(Photo.byDate, of: couple, limit: 10)
        #expect(page.entries.map { $0.key.id(as: Int.self) } == [4, 2, 1, 3, 5])
      }
      try await datastore.put(Photo(20), at: Key(couple, .photo, 5))
      try await datastore.delete(Key(couple, .photo, 2))
      try await datastore.withSnapshot { snapshot in
        let moment = { Timestamp(microseconds: $0) }
        let page = try await snapshot.find(
          Photo.byDate, of: couple, in: .range(moment(0)...moment(50)), order: .descending, limit: 2
        )
        #expect(page.entries.map { $0.key.id(as: Int.self) } == [3, 1])
        let rest = try await snapshot.find(
          Photo.byDate, of: couple, in: .range(moment(0)...moment(50)), order: .descending,
          limit: 2,
          after: page.next)
        #expect(rest.entries.map { $0.key.id(as: Int.self) } == [5])
        #expect(rest.next == nil)
        let after = try await snapshot.find(
          Photo.byDate, of: couple, in: .after(moment(20)), limit: 9)
        #expect(after.entries.map { $0.key.id(as: Int.self) } == [1, 3])
      }
    }
  }

  @Test("A record is found under each of several values, and one without a value not at all")
  func manyAndNone() async throws {
    try await withAlbum { datastore in
      let photo = Key(couple, .photo, 1)
      try await datastore.put(Photo(1, tags: ["sea", "sun", "sea"]), at: photo)
      try await datastore.put(Photo(2, tags: ["sun"]), at: Key(couple, .photo, 2))
      func find(_ tag: String) async throws -> [Int?] {
        try await datastore.withSnapshot {
          try await $0.find(Photo.byTag, of: couple, in: .equal(to: tag), limit: 9).entries
            .map { $0.key.id() }
        }
      }
      #expect(try await find("sea") == [1])
      #expect(try await find("sun") == [1, 2])
      try await datastore.put(Photo(1, tags: ["snow"]), at: photo)
      #expect(try await find("sea") == [])
      #expect(try await find("sun") == [2])
      #expect(try await find("snow") == [1])
    }
  }

  @Test("A unique value is one object's at a time: in a root, and in the whole store")
  func unique() async throws {
    try await withAlbum { datastore in
      let (one, two) = (Key(couple, .photo, 1), Key(couple, .photo, 2))
      try await datastore.put(Photo(1, hash: "h"), at: one)
      try await datastore.put(Photo(1, caption: "again", hash: "h"), at: one)
      let error = await #expect(throws: DatastoreError.self) {
        try await datastore.put(Photo(1, hash: "h"), at: two)
      }
      #expect(error?.code == .uniqueViolation)
      #expect(error?.key == one.any)
      #expect(error?.index == "photo_by_hash")
      #expect(try await datastore.get(two) == nil)
      // Another root has values of its own.
      try await datastore.put(Photo(1, hash: "h"), at: Key(Key(.couple, "n"), .photo, 1))
      try await datastore.delete(one)
      try await datastore.put(Photo(1, hash: "h"), at: two)
      try await datastore.withSnapshot { snapshot in
        let page = try await snapshot.find(
          Photo.byHash, below: couple, in: .equal(to: "h" as Bytes), limit: 9)
        #expect(page.entries == [Entry(key: two, record: Photo(1, hash: "h"))])
      }

      try await datastore.put(Couple(name: "A", email: "a@b.kr"), at: couple)
      await expect(.uniqueViolation) {
        try await datastore.put(Couple(name: "B", email: "a@b.kr"), at: Key(.couple, "n"))
      }
      try await datastore.put(Couple(name: "A", email: "c@b.kr"), at: couple)
      try await datastore.put(Couple(name: "B", email: "a@b.kr"), at: Key(.couple, "n"))
      try await datastore.withSnapshot { snapshot in
        let found = try await snapshot.first(Couple.byEmail, equalTo: "a@b.kr")
        #expect(found?.key.id() == "n")
        #expect(try await snapshot.first(Couple.byEmail, equalTo: "x") == nil)
      }
    }
  }

  @Test("Clients who want the same value at once: one of them has it")
  func uniqueRace() async throws {
    try await withAlbum { datastore in
      let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
        for client in 0..<8 {
          group.addTask {
            do {
              try await datastore.withTransaction(.quick) {
                try await $0.put(
                  Couple(name: "\(client)", email: "same"), at: Key(.couple, client))
              }
              return true
            } catch let error as DatastoreError where error.code == .uniqueViolation {
              return false
            }
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(winners == 1)
    }
  }

  @Test("An index over all roots is read by pages in both orders")
  func table() async throws {
    try await withAlbum { datastore in
      let cities = ["부산", "서울", "Paris"]
      try await datastore.withTransaction(.quick) { transaction in
        for id in 0..<30 {
          try await transaction.put(
            Couple(name: "\(id)", city: id % 4 == 3 ? nil : cities[id % 4]), at: Key(.couple, id))
        }
      }
      for order in KeyOrder.all {
        var found: [Int] = []
        for try await entry in datastore.find(
          Couple.byCity, in: .equal(to: "서울"), order: order, pageSize: 3)
        {
          found.append(entry.key.id() ?? -1)
        }
        let expected = (0..<30).filter { $0 % 4 == 1 }
        #expect(found == (order == .ascending ? expected : expected.reversed()))
      }
      let (all, next) = try await datastore.withSnapshot { snapshot in
        let page = try await snapshot.find(Couple.byCity, limit: 100)
        return (page.entries.map(\.record.city), page.next)
      }
      #expect(all == all.sorted { Bytes(utf8: $0 ?? "") < Bytes(utf8: $1 ?? "") })
      #expect(all.count == 23)
      #expect(next == nil)
    }
  }

  @Test("Objects of a type under many parents are found below their root")
  func acrossParents() async throws {
    try await withAlbum { datastore in
      try await datastore.withTransaction(.quick) { transaction in
        for id in 1...3 {
          let (photo, memo) = (Key(couple, .photo, id), Key(couple, .memo, id))
          try await transaction.put(
            Comment(author: "a", text: "p\(id)"), at: Key(photo, .comment, 1))
          try await transaction.put(
            Comment(author: id == 2 ? "a" : "b", text: "m\(id)"), at: Key(memo, .comment, 1))
        }
      }
      try await datastore.withSnapshot { snapshot in
        let page = try await snapshot.find(
          Comment.byAuthor, below: couple, in: .equal(to: "a"), limit: 9)
        #expect(page.entries.map(\.record.text) == ["p1", "p2", "p3", "m2"])
        await expect(.undeclared) {
          _ = try await snapshot.find(Comment.byAuthor, of: couple, limit: 1)
        }
      }
    }
  }

  @Test(
    "After any puts and deletions, crashes between, the indexes say what the records do",
    arguments: [1, 2, 3] as [UInt64])
  func random(seed: UInt64) async throws {
    let files = InMemoryFileSystem()
    var generator = SplitMix64(seed: seed)
    var model: [Int: Photo] = [:]
    for _ in 0..<3 {
      try await withAlbum(files) { datastore in
        for _ in 0..<60 {
          let id = Int.random(in: 0..<12, using: &generator)
          let key = Key(couple, .photo, id)
          if Int.random(in: 0..<4, using: &generator) == 0 {
            #expect(try await datastore.delete(key) == (model.removeValue(forKey: id) != nil))
            continue
          }
          let hash = Bytes(utf8: "\(Int.random(in: 0..<20, using: &generator))")
          let photo = Photo(
            Int64.random(in: 0..<5, using: &generator),
            tags: (0..<Int.random(in: 0..<3, using: &generator)).map { _ in
              "t\(Int.random(in: 0..<3, using: &generator))"
            }, hash: hash)
          let isTaken = model.contains { $0.key != id && $0.value.hash == hash }
          do {
            try await datastore.put(photo, at: key)
            #expect(!isTaken, "seed \(seed)")
            model[id] = photo
          } catch let error as DatastoreError {
            #expect(error.code == .uniqueViolation && isTaken, "seed \(seed): \(error)")
          }
        }
        let page = try await datastore.withSnapshot {
          try await $0.find(Photo.byDate, of: couple, limit: 100)
        }
        let expected = model.sorted { ($0.value.takenAt, $0.key) < ($1.value.takenAt, $1.key) }
        #expect(page.entries.map { $0.key.id(as: Int.self) } == expected.map(\.key), "seed \(seed)")
        #expect(page.entries.map(\.record) == expected.map(\.value), "seed \(seed)")
        #expect(try await datastore.count(.photo, of: couple) == model.count)
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

@Suite("Children")
struct ChildrenTests {
  let couple = Key(.couple, "m")

  private func withPhotos(
    _ ids: [Int], _ body: (DatabaseDatastore) async throws -> Void
  ) async throws {
    try await withAlbum { datastore in
      try await datastore.withTransaction(.quick) { transaction in
        for id in ids {
          try await transaction.put(Photo(Int64(id)), at: Key(couple, .photo, id))
          // Neighbours that must not be met.
          try await transaction.put(
            Comment(author: "a", text: "\(id)"), at: Key(Key(couple, .photo, id), .comment, id))
        }
        try await transaction.put(Memo(text: "x"), at: Key(couple, .memo, 1))
        try await transaction.put(Photo(0), at: Key(Key(.couple, "n"), .photo, 1))
      }
      try await body(datastore)
    }
  }

  @Test("Pages fit together, in both orders, whatever their size")
  func pages() async throws {
    let ids = (0..<60).map { $0 * $0 - 50 }
    try await withPhotos(ids) { datastore in
      for (order, expected) in [(KeyOrder.ascending, ids), (.descending, ids.reversed())] {
        for limit in [1, 7, 59, 60, 61, 1000] {
          try await datastore.withSnapshot { snapshot in
            var found: [Int] = []
            var cursor: PageCursor?
            repeat {
              let page = try await snapshot.children(
                .photo, of: couple, order: order, limit: limit, after: cursor)
              #expect(page.entries.count == limit || page.next == nil)
              #expect(!page.entries.isEmpty)
              found += page.entries.compactMap { $0.key.id() }
              cursor = page.next.map { PageCursor(bytes: $0.bytes) }
            } while cursor != nil
            #expect(found == expected, "\(order) \(limit)")
          }
        }
      }
    }
  }

  @Test("Each end of a range may be open, closed or without a bound", arguments: KeyOrder.all)
  func bounds(order: KeyOrder) async throws {
    let ids = [-300, -2, -1, 0, 1, 2, 3, 255, 256, 257, 70_000]
    try await withPhotos(ids) { datastore in
      try await datastore.withSnapshot { snapshot in
        func read(_ bounds: KeyBounds) async throws -> [Int] {
          var snapshot = snapshot
          let page = try await snapshot.children(
            .photo, of: couple, in: bounds, order: order, limit: 100)
          let found = page.entries.compactMap { $0.key.id(as: Int.self) }
          return order == .ascending ? found : found.reversed()
        }
        let none = try await read(.between(.inclusive(5), .inclusive(2)))
        #expect(none.isEmpty)
        for low in [-301, -2, 0, 2, 256, 70_000] {
          #expect(try await read(.from(low)) == ids.filter { $0 >= low })
          #expect(try await read(.after(low)) == ids.filter { $0 > low })
          #expect(try await read(.through(low)) == ids.filter { $0 <= low })
          #expect(try await read(.before(low)) == ids.filter { $0 < low })
          #expect(try await read(.equal(to: low)) == ids.filter { $0 == low })
          for high in [-2, 1, 256, 300] where high >= low {
            #expect(try await read(.range(low..<high)) == ids.filter { (low..<high).contains($0) })
            #expect(try await read(.range(low...high)) == ids.filter { (low...high).contains($0) })
            let open = KeyBounds.between(.exclusive(low), .inclusive(high))
            #expect(try await read(open) == ids.filter { $0 > low && $0 <= high })
          }
        }
      }
    }
  }

  @Test("Texts with zero bytes are apart from those that they begin with, as bounds and as parents")
  func zeroBytes() async throws {
    try await withAlbum { datastore in
      let ids = ["ab", "ab\u{0}", "ab\u{0}\u{0}", "ab\u{0}c", "abc"]
      try await datastore.withTransaction(.quick) { transaction in
        for id in ids {
          let photo = Key(couple, .photo, id)
          try await transaction.put(Photo(1), at: photo)
          try await transaction.put(Comment(author: id, text: "x"), at: Key(photo, .comment, 1))
        }
      }
      try await datastore.withSnapshot { snapshot in
        func read(_ bounds: KeyBounds) async throws -> [String] {
          var snapshot = snapshot
          let page = try await snapshot.children(.photo, of: couple, in: bounds, limit: 100)
          return page.entries.compactMap { $0.key.id() }
        }
        let equal = try await read(.equal(to: "ab"))
        #expect(equal == ["ab"])
        #expect(try await read(.through("ab\u{0}")) == ["ab", "ab\u{0}"])
        #expect(try await read(.after("ab")) == Array(ids[1...]))
        let page = try await snapshot.find(
          Comment.byAuthor, below: couple, in: .equal(to: "ab\u{0}"), limit: 9)
        #expect(page.entries.map(\.record.author) == ["ab\u{0}"])
      }
      try await datastore.deleteSubtree(Key(couple, .photo, "ab"))
      #expect(try await datastore.count(.comment, of: Key(couple, .photo, "ab\u{0}")) == 1)
      #expect(try await datastore.count(.photo, of: couple) == 4)
    }
  }

  @Test(
    "A collection tells how many members it has and which id comes next, and any place its bytes")
  func metadata() async throws {
    try await withPhotos([1, 2, 9]) { datastore in
      try await datastore.delete(Key(couple, .photo, 9))
      try await datastore.withSnapshot { snapshot in
        let photos = try await snapshot.collection(.photo, of: couple)
        #expect(photos.count == 2)
        #expect(photos.nextID == 10)
        let comments = try await snapshot.collection(.comment, of: couple)
        #expect(comments.count == 0)
        #expect(comments.nextID == 1)
        let key = Key(couple, .photo, 2)
        let photo = try #require(try await snapshot.get(key))
        let stored = try await snapshot.storedBytes(at: key.any)
        #expect(stored == (try RecordEncoder().encode(photo)))
        #expect(try await snapshot.storedBytes(at: Key(couple, .photo, 9).any) == nil)
      }
    }
  }

  @Test("A cursor of another read is refused, one of a place that is gone goes on behind it")
  func cursors() async throws {
    try await withPhotos(Array(1...9)) { datastore in
      let first = try await datastore.withSnapshot {
        try await $0.children(.photo, of: couple, limit: 4)
      }
      try await datastore.delete(Key(couple, .photo, 4))
      try await datastore.delete(Key(couple, .photo, 5))
      let second = try await datastore.withSnapshot {
        try await $0.children(.photo, of: couple, limit: 4, after: first.next)
      }
      #expect(second.entries.map { $0.key.id(as: Int.self) } == [6, 7, 8, 9])
      #expect(second.next == nil)
      for cursor in [PageCursor(bytes: "x"), PageCursor(bytes: Bytes())] {
        await expect(.invalidCursor) {
          _ = try await datastore.withSnapshot {
            try await $0.children(.photo, of: couple, limit: 4, after: cursor)
          }
        }
      }
    }
  }

  @Test(
    "A transaction's pages show its own writes, and conflict with inserts into them",
    arguments: KeyOrder.all)
  func ownWrites(order: KeyOrder) async throws {
    try await withPhotos(Array(1...40)) { datastore in
      var attempts = 0
      let found = try await datastore.withTransaction(.quick) { transaction in
        attempts += 1
        for id in [3, 4, 39, 20] { try await transaction.delete(Key(couple, .photo, id)) }
        try await transaction.put(Photo(1), at: Key(couple, .photo, 1000))
        try await transaction.put(Photo(1), at: Key(couple, .photo, -1))
        let page = try await transaction.children(.photo, of: couple, order: order, limit: 6)
        if attempts == 1 {
          try await datastore.put(Photo(2), at: Key(couple, .photo, 1001))
          try await datastore.put(Photo(2), at: Key(couple, .photo, -2))
        }
        return page.entries.compactMap { $0.key.id(as: Int.self) }
      }
      #expect(attempts == 2)
      #expect(
        found == (order == .ascending ? [-2, -1, 1, 2, 5, 6] : [1001, 1000, 40, 38, 37, 36]))
    }
  }

  @Test("A sequence gives all children of one moment, in both orders")
  func sequences() async throws {
    try await withPhotos(Array(1...250)) { datastore in
      for order in KeyOrder.all {
        var found: [Int] = []
        for try await entry in datastore.children(.photo, of: couple, order: order, pageSize: 30) {
          found.append(entry.key.id() ?? 0)
          if found.count == 10 {
            try await datastore.delete(Key(couple, .photo, 125))
            try await datastore.put(Photo(5), at: Key(couple, .photo, 126_000 + found[0]))
          }
        }
        let all = order == .ascending ? Array(1...250) : found.sorted().reversed()
        #expect(found == all)
        #expect(found.count == 250)
      }
    }
  }

  @Test("Backwards through a row of thousands, after deletions, over tables and memtables")
  func wideRow() async throws {
    try await withAlbum { datastore in
      for start in stride(from: 0, to: 3000, by: 500) {
        try await datastore.withTransaction(.quick) { transaction in
          for id in start..<(start + 500) {
            try await transaction.put(Photo(Int64(id)), at: Key(couple, .photo, id))
          }
        }
        if start % 1000 == 0 { try await datastore.transactions.store.flush() }
      }
      for start in stride(from: 2000, to: 2900, by: 300) {
        try await datastore.withTransaction(.quick) { transaction in
          for id in start..<(start + 300) { try await transaction.delete(Key(couple, .photo, id)) }
        }
      }
      let expected = (0..<3000).filter { !(2000..<2900).contains($0) }
      var found: [Int] = []
      for try await entry in datastore.children(
        .photo, of: couple, order: .descending, pageSize: 64)
      {
        found.append(entry.key.id() ?? -1)
      }
      #expect(found == expected.reversed())
    }
  }
}

extension KeyOrder {
  static let all: [KeyOrder] = [.ascending, .descending]
}

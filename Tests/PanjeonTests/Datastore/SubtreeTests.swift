// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

@Suite("Subtrees")
struct SubtreeTests {
  let couple = Key(.couple, "m")

  private func fill(_ datastore: DatabaseDatastore, photos: Int, comments: Int) async throws {
    try await datastore.put(Couple(name: "M", email: "m@b.kr"), at: couple)
    for photo in 1...photos {
      try await datastore.withTransaction(.quick) { transaction in
        let key = try await transaction.insert(
          Photo(Int64(photo), tags: ["t"], hash: Bytes(utf8: "\(photo)")), .photo, under: couple)
        for comment in 1...comments {
          try await transaction.insert(
            Comment(author: "a", text: "\(photo)/\(comment)"), .comment, under: key)
        }
        let memo = try await transaction.insert(Memo(text: "m"), .memo, under: couple)
        try await transaction.insert(Comment(author: "b", text: "c"), .comment, under: memo)
      }
    }
  }

  @Test("A record goes with all that is below it, and nothing else does")
  func one() async throws {
    try await withAlbum { datastore in
      try await fill(datastore, photos: 3, comments: 4)
      let deleted = try await datastore.withTransaction(.quick) { transaction in
        let deleted = try await transaction.deleteSubtree(Key(couple, .photo, 2))
        #expect(try await transaction.count(.comment, of: Key(couple, .photo, 2)) == 0)
        return deleted
      }
      #expect(deleted == 5)
      #expect(try await datastore.count(.photo, of: couple) == 2)
      for (photo, count) in [(1, 4), (2, 0), (3, 4)] {
        #expect(try await datastore.count(.comment, of: Key(couple, .photo, photo)) == count)
      }
      try await datastore.withSnapshot { snapshot in
        let page = try await snapshot.find(
          Comment.byAuthor, below: couple, in: .equal(to: "a"), limit: 100)
        #expect(page.entries.count == 8)
      }
      #expect(
        try await datastore.withTransaction { try await $0.deleteSubtree(Key(couple, .photo, 9)) }
          == 0)
    }
  }

  @Test("What is of a type that the schema does not know stays, until one comes that does")
  func unknownTypes() async throws {
    let files = InMemoryFileSystem()
    let photo = Key(couple, .photo, 2)
    try await withAlbum(files) { try await fill($0, photos: 3, comments: 4) }
    let without = DatastoreSchema { Root(.couple) { Children(.photo) } }
    try await withAlbum(files, schema: without) { datastore in
      let deleted = try await datastore.deleteSubtree(photo)
      #expect(deleted == 1)
      // Comments and memos, and entries of the comments' index.
      #expect(try await datastore.verify().unknown == 15 + 3 + 15)
      #expect(try await datastore.deleteSubtree(couple) == 3)
    }
    try await withAlbum(files) { datastore in
      try await datastore.buildIndexes()
      #expect(try await datastore.count(.comment, of: photo) == 4)
      #expect(try await datastore.deleteSubtree(photo) == 4)
      #expect(try await datastore.deleteSubtree(couple) == 8 + 3 + 3)
      #expect(try await datastore.verify().objects == 0)
    }
  }

  @Test("A piece of a deletion is small where records are large, and the pieces delete all")
  func largeRecords() async throws {
    try await withAlbum { datastore in
      try await datastore.withTransaction(.quick) { transaction in
        for _ in 0..<12 {
          let memo = Memo(text: String(repeating: "x", count: 1000))
          try await transaction.insert(memo, .memo, under: couple)
        }
      }
      var pieces: [Int] = []
      while pieces.reduce(0, +) < 12, pieces.count < 12 {
        let piece = try await datastore.withTransaction(.quick) { transaction in
          try await transaction.deleteDescendants(of: couple.any, objectsMax: 256, bytesMax: 4000)
        }
        pieces.append(piece.deleted)
      }
      #expect(pieces == [4, 4, 4])
      #expect(try await datastore.verify().objects == 0)
    }
  }

  @Test(
    "A root goes with everything in its row and its entries elsewhere, in pieces of any size",
    arguments: [1, 3, 7, 1000])
  func root(piece: Int) async throws {
    var options = DatastoreOptions()
    options.objectsPerPiece = piece
    try await withAlbum(options: options) { datastore in
      try await fill(datastore, photos: 3, comments: 4)
      #expect(try await datastore.deleteSubtree(couple) == 1 + 3 * 7)
      #expect(try await datastore.get(couple) == nil)
      try await datastore.withSnapshot { snapshot in
        #expect(try await snapshot.first(Couple.byEmail, equalTo: "m@b.kr") == nil)
        let row = try await snapshot.get(Get(couple.any.row), in: "couple")
        // Nothing is left but what tells of the deletions.
        #expect(row?.allSatisfy { KeyPathParts($0.column.qualifier)?.kind == .deletion } ?? true)
      }
      #expect(try await datastore.verify().objects == 0)
    }
  }

  @Test(
    "Cut off anywhere, and with others writing, a deletion in pieces leaves a datastore that is right"
  )
  func whileOthersWrite() async throws {
    var options = DatastoreOptions()
    options.objectsPerPiece = 3
    try await withAlbum(options: options) { datastore in
      try await fill(datastore, photos: 6, comments: 3)
      try await withThrowingTaskGroup { group in
        group.addTask {
          for number in 0..<20 {
            try await datastore.withTransaction(.quick) {
              _ = try await $0.insert(
                Comment(author: "late", text: "\(number)"), .comment,
                under: Key(couple, .photo, number % 6 + 1))
            }
          }
        }
        group.addTask { try await datastore.deleteSubtree(couple) }
        try await group.waitForAll()
      }
      #expect(try await datastore.verify().findings == [])
      try await datastore.deleteSubtree(couple)
      #expect(try await datastore.verify().objects == 0)
    }
  }
}

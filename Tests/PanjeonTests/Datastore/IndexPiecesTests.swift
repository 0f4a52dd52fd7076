// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

/// Letters with a copy in the index under each of their words.
private struct Letter: Record {
  static let objectType = ObjectType<Letter>(9, "letter")
  static let byWord = Index(
    50, "letter_by_word", onEach: { (letter: Letter) in letter.words }, isClustered: true)
  static var indexes: [IndexDefinition<Letter>] { [byWord.definition] }
  var words: [Int]
  var text: Bytes
  enum CodingKeys: Int, CodingKey { case words = 1, text }
}

/// The same without an index.
private struct PlainLetter: Record {
  static let objectType = ObjectType<PlainLetter>(9, "letter")
  var words: [Int]
  var text: Bytes
  enum CodingKeys: Int, CodingKey { case words = 1, text }
}

@Suite("Pieces of index builds")
struct IndexPiecesTests {
  private let couple = Key(.couple, "m")
  private let schema = DatastoreSchema { Root(.couple) { Children(Letter.objectType) } }
  private let plain = DatastoreSchema { Root(.couple) { Children(PlainLetter.objectType) } }

  private func letters(_ files: InMemoryFileSystem, words: [Int]) async throws {
    let text = Bytes([UInt8](repeating: 7, count: 400_000))
    try await withAlbum(files, schema: plain) { datastore in
      for (id, count) in words.enumerated() {
        try await datastore.put(
          PlainLetter(words: Array(0..<count), text: text),
          at: Key(couple, PlainLetter.objectType, id))
      }
    }
  }

  @Test("A piece that a transaction has no room for is halved, down to one object")
  func halving() async throws {
    let files = InMemoryFileSystem()
    // Of 16 MiB that a transaction may write, each takes 6, and the last one 12.
    try await letters(files, words: [15, 15, 15, 1, 1, 1, 30])
    try await withAlbum(files, schema: schema) { datastore in
      #expect(try await datastore.buildIndex(Letter.byWord) == 7)
      let page = try await datastore.withSnapshot {
        try await $0.find(Letter.byWord, of: couple, in: .equal(to: 14), limit: 9)
      }
      #expect(page.entries.compactMap { $0.key.id(as: Int.self) } == [0, 1, 2, 6])
    }
  }

  @Test("One object that a transaction has no room for is an error, and what was done stays")
  func tooLarge() async throws {
    let files = InMemoryFileSystem()
    try await letters(files, words: [1, 1, 50, 1])
    try await withAlbum(files, schema: schema) { datastore in
      let error = await #expect(throws: TransactionError.self) {
        try await datastore.buildIndex(Letter.byWord)
      }
      #expect(error?.code == .tooLarge)
      #expect(try await datastore.indexesNotReady() == ["letter_by_word"])
      try await datastore.delete(Key(couple, Letter.objectType, 2))
      #expect(try await datastore.buildIndex(Letter.byWord) == 1)
    }
  }

  @Test("Rows are put together in a transaction: roots that are indexed, and entries in a table")
  func manyRows() async throws {
    struct PlainCouple: Record {
      static let objectType = ObjectType<PlainCouple>(3, "couple", table: "couple")
      var name: String
      var city: String?
      enum CodingKeys: Int, CodingKey { case name = 1, city = 3 }
    }
    let files = InMemoryFileSystem()
    let plain = DatastoreSchema { Root(PlainCouple.objectType) }
    func fill() async throws {
      try await withAlbum(files, schema: plain) { datastore in
        try await datastore.withTransaction(.quick) { transaction in
          for id in 0..<600 {
            try await transaction.put(
              PlainCouple(name: "\(id)", city: "c\(id % 7)"), at: Key(PlainCouple.objectType, id))
          }
        }
      }
    }
    try await fill()
    // The first build adds entries, the second one removes them before.
    for transactions in [3 + 1, 3 + 3 + 1] {
      try await withAlbum(files) { datastore in
        let before = datastore.transactions.statistics.commits
        let built = try await datastore.buildIndex(Couple.byCity)
        #expect(built == 600)
        let commits = datastore.transactions.statistics.commits - before
        // And one that looks at the catalog.
        #expect(commits <= UInt64(transactions) + 1)
      }
      try await fill()
    }
  }
}

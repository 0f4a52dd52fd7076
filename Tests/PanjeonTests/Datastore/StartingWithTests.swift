// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

/// Notes that are found by author and moment, in every scope.
private struct Note: Record, Hashable {
  static let objectType = ObjectType<Note>(8, "note")
  static let beside = Index(40, "note_beside", on: \Note.pair)
  static let inRoot = Index(41, "note_in_root", on: \Note.pair, scope: .root)
  static let inTable = Index(
    42, "note_in_table",
    on: { (note: Note) in KeyPair(note.author, KeyPair(note.moment, note.id)) },
    scope: .table("note"), isUnique: true)
  static var indexes: [IndexDefinition<Note>] {
    [beside.definition, inRoot.definition, inTable.definition]
  }

  var author: String
  var moment: Int
  var id: Int

  var pair: KeyPair<String, Int> { KeyPair(author, moment) }

  enum CodingKeys: Int, CodingKey {
    case author = 1
    case moment = 2
    case id = 3
  }
}

@Suite("Bounds by the first of a pair")
struct StartingWithTests {
  private let schema = DatastoreSchema { Root(.couple) { Children(Note.objectType) } }
  private let couple = Key(.couple, "m")

  private func withNotes(
    _ body: (inout DatastoreSnapshot<EmbeddedStore>, [Note]) async throws -> Void
  ) async throws {
    // Zero bytes: what begins with one author's bytes may be another's.
    let authors = ["", "a", "a\u{0}", "a\u{0}b", "ab", "b"]
    var notes: [Note] = []
    for (place, author) in authors.enumerated() {
      for moment in [Int.min, -300, -1, 0, 5, .max] {
        notes.append(Note(author: author, moment: moment, id: place * 10 + notes.count))
      }
    }
    try await withAlbum(schema: schema) { [notes] datastore in
      try await datastore.withTransaction(.quick) { transaction in
        for note in notes {
          try await transaction.put(note, at: Key(couple, Note.objectType, note.id))
        }
      }
      try await datastore.withSnapshot { try await body(&$0, notes) }
    }
  }

  @Test("All of one author are found, whatever the moment, in every scope and both orders")
  func all() async throws {
    try await withNotes { snapshot, notes in
      for author in Set(notes.map(\.author)) {
        let expected = notes.filter { $0.author == author }
        for order in KeyOrder.all {
          let bounds = KeyBounds.startingWith(author)
          let pages = [
            try await snapshot.find(Note.beside, of: couple, in: bounds, order: order, limit: 99),
            try await snapshot.find(
              Note.inRoot, below: couple, in: bounds, order: order, limit: 99),
            try await snapshot.find(Note.inTable, in: bounds, order: order, limit: 99),
          ]
          for page in pages {
            let found = page.entries.map(\.record)
            #expect(found == (order == .ascending ? expected : expected.reversed()), "'\(author)'")
          }
        }
      }
      let none = try await snapshot.find(
        Note.beside, of: couple, in: .startingWith("c"), limit: 99)
      #expect(none.entries.isEmpty)
    }
  }

  @Test("Of one author a range of moments is found, open or closed, and goes on at a cursor")
  func ranges() async throws {
    try await withNotes { snapshot, notes in
      let cases: [(KeyBounds, (Int) -> Bool)] = [
        (.from(-1), { $0 >= -1 }), (.after(-1), { $0 > -1 }), (.through(0), { $0 <= 0 }),
        (.before(0), { $0 < 0 }), (.equal(to: 5), { $0 == 5 }),
        (.range(-300..<5), { -300..<5 ~= $0 }),
        (.between(.exclusive(5), .inclusive(0)), { _ in false }),
      ]
      for author in ["a", "a\u{0}"] {
        for (rest, isWithin) in cases {
          let expected = notes.filter { $0.author == author && isWithin($0.moment) }
          let bounds = KeyBounds.startingWith(author, then: rest)
          var found: [Note] = []
          var cursor: PageCursor?
          repeat {
            let page = try await snapshot.find(
              Note.inRoot, below: couple, in: bounds, limit: 2, after: cursor)
            found += page.entries.map(\.record)
            cursor = page.next
          } while cursor != nil
          #expect(found == expected)
          // A range of the pair behind the author.
          let table = try await snapshot.find(
            Note.inTable, in: .startingWith(author, then: .startingWith(5)), limit: 9)
          #expect(table.entries.map(\.record.moment) == [5])
        }
      }
    }
  }

  @Test("Children whose ids are pairs are found by the first of them")
  func children() async throws {
    try await withAlbum { datastore in
      try await datastore.withTransaction(.quick) { transaction in
        for month in 1...3 {
          for day in 1...4 {
            try await transaction.put(
              Memo(text: "\(month)/\(day)"), at: Key(couple, .memo, KeyPair(month, day)))
          }
        }
        try await transaction.put(Memo(text: "no pair"), at: Key(couple, .memo, 2))
        let page = try await transaction.children(
          .memo, of: couple, in: .startingWith(2, then: .after(2)), limit: 9)
        #expect(page.entries.map(\.record.text) == ["2/3", "2/4"])
        let all = try await transaction.children(
          .memo, of: couple, in: .startingWith(2), limit: 9)
        #expect(all.entries.count == 4)
      }
    }
  }
}

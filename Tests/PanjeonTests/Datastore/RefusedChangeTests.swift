// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Panjeon
import PanjeonTesting
import Testing

/// A child whose triggers insert beside it, before it is inserted and after it is deleted.
private struct Echo: Record, Hashable {
  static let objectType = ObjectType<Echo>(60, "echo")
  static var triggers: [any Trigger<Echo>] { [Echoing()] }
  var text: String
}

private struct Echoing: Trigger {
  func before<Store: AtomicBatchStore>(
    _ change: inout RecordChange<Echo>, in transaction: inout Transaction<Store>
  ) async throws {
    guard let couple = change.key.ancestor(.couple) else { return }
    if change.new?.text == "call" {
      try await transaction.insert(Echo(text: "echo"), Echo.objectType, under: couple)
    }
    if change.kind == .delete, change.old?.text == "last words" {
      try await transaction.insert(Echo(text: "ghost"), Echo.objectType, under: couple)
    }
  }
}

@Suite("Refused changes")
struct RefusedChangeTests {
  private let couple = Key(.couple, "m")
  private let echoes = DatastoreSchema {
    Root(.couple) { Children(Echo.objectType) }
  }

  @Test("What a unique index refuses leaves nothing in a transaction that goes on")
  func caught() async throws {
    try await withAlbum { datastore in
      try await datastore.put(Couple(name: "N", email: "taken"), at: Key(.couple, "n"))
      try await datastore.put(Couple(name: "M", email: "mine", city: "서울"), at: couple)
      try await datastore.withTransaction(.quick) { transaction in
        for key in [couple, Key(.couple, "new")] {
          do {
            try await transaction.put(Couple(name: "M", email: "taken", city: "부산"), at: key)
            Issue.record("it was not refused")
          } catch let error as DatastoreError {
            #expect(error.code == .uniqueViolation)
          }
        }
      }
      try await datastore.withSnapshot { snapshot in
        let found = try await snapshot.first(Couple.byEmail, equalTo: "mine")
        #expect(found?.key == couple)
        #expect(
          try await snapshot.find(Couple.byCity, in: .equal(to: "부산"), limit: 9).entries.isEmpty)
      }
    }
  }

  @Test("An id that a trigger's insert takes is not given twice")
  func ids() async throws {
    try await withAlbum(schema: echoes) { datastore in
      let key = try await datastore.withTransaction(.quick) {
        try await $0.insert(Echo(text: "call"), Echo.objectType, under: couple)
      }
      #expect(key.id() == 1)
      var texts: [Int?: String] = [:]
      for try await entry in datastore.children(Echo.objectType, of: couple) {
        texts[entry.key.id()] = entry.record.text
      }
      #expect(texts == [1: "call", 2: "echo"])
    }
  }

  @Test(
    "What triggers insert while a subtree is deleted is deleted too, and counted while it is there")
  func ghosts() async throws {
    try await withAlbum(schema: echoes) { datastore in
      for text in ["a", "last words", "b"] {
        try await datastore.withTransaction(.quick) {
          _ = try await $0.insert(Echo(text: text), Echo.objectType, under: couple)
        }
      }
      #expect(try await datastore.deleteSubtree(couple) == 4)
      let report = try await datastore.verify()
      #expect(report.objects == 0)
    }
  }

  @Test("A collection that is emptied in pieces forgets itself, however many there are")
  func manyCollections() async throws {
    var options = DatastoreOptions()
    options.objectsPerPiece = 5
    try await withAlbum(options: options) { datastore in
      for photo in 0..<30 {
        try await datastore.withTransaction(.quick) { transaction in
          let key = Key(couple, .photo, photo)
          for comment in 0..<(photo % 3) {
            try await transaction.put(
              Comment(author: "a", text: "b"), at: Key(key, .comment, comment))
          }
          try await transaction.put(Photo(1), at: key)
        }
        // An empty one.
        try await datastore.delete(Key(Key(couple, .photo, photo), .comment, 0))
      }
      try await datastore.deleteSubtree(couple)
      let row = try await datastore.withSnapshot {
        try await $0.get(Get(couple.any.row), in: "couple")
      }
      #expect(row?.allSatisfy { KeyPathParts($0.column.qualifier)?.kind == .deletion } ?? true)
    }
  }

  @Test("Dates come back as they went, to the microsecond, whenever they are")
  func dates() {
    var generator = SplitMix64(seed: 4)
    for _ in 0..<20_000 {
      let microseconds = Int64.random(
        in: -2_208_988_800_000_000...4_102_444_800_000_000, using: &generator)
      let component = KeyComponent.moment(microseconds: microseconds)
      #expect(Date(keyComponent: component)?.keyComponent == component, "\(microseconds)")
    }
  }

  @Test("Roots are listed in the order of their ids, by pages, in both orders")
  func roots() async throws {
    try await withAlbum { datastore in
      for id in 0..<25 { try await datastore.put(Couple(name: "\(id)"), at: Key(.couple, id)) }
      // A row without its root.
      try await datastore.put(Memo(text: "x"), at: Key(Key(.couple, 100), .memo, 1))
      for order in KeyOrder.all {
        var found: [Int] = []
        for try await entry in datastore.roots(.couple, order: order, pageSize: 4) {
          found.append(entry.key.id() ?? -1)
        }
        #expect(found == (order == .ascending ? Array(0..<25) : (0..<25).reversed()))
      }
      let page = try await datastore.withSnapshot {
        try await $0.roots(.couple, in: .range(5..<8), limit: 9)
      }
      #expect(page.entries.map(\.record.name) == ["5", "6", "7"])
    }
  }

  @Test("What makes no sense is refused: pages of none, options, indexes that no type has")
  func arguments() async throws {
    try await withAlbum { datastore in
      await expect(.invalidArgument) {
        _ = try await datastore.withSnapshot {
          try await $0.children(.photo, of: couple, limit: 0)
        }
      }
      let stray = Index(99, "stray", on: \Photo.takenAt)
      await expect(.undeclared) {
        _ = try await datastore.withSnapshot { try await $0.find(stray, of: couple, limit: 1) }
      }
      let none = try await datastore.get(couple)
      #expect(none == nil)
    }
    var options = DatastoreOptions()
    options.objectsPerPiece = 0
    await expect(.invalidArgument) { try await withAlbum(options: options) { _ in } }
  }
}

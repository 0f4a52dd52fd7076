// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

private struct Entry1: Record, Hashable {
  static let objectType = ObjectType<Entry1>(20, "entry", table: "entry")
  static var triggers: [any Trigger<Entry1>] { [Refusing(), Counting()] }
  var text: String
}

private struct Total: Record, Hashable {
  static let objectType = ObjectType<Total>(21, "total", table: "total")
  static var triggers: [any Trigger<Total>] { [Endless()] }
  var log: [String] = []
}

/// Alters, or refuses, what is written.
private struct Refusing: Trigger {
  struct Refused: Error, Equatable {}

  func before<Store: AtomicBatchStore>(
    _ change: inout RecordChange<Entry1>, in transaction: inout Transaction<Store>
  ) async throws {
    if change.new?.text == "refused" || (change.kind == .delete && change.old?.text == "kept!") {
      throw Refused()
    }
    if var record = change.new {
      record.text += "!"
      change.setNew(record)
    }
  }
}

/// Writes down what happened.
private struct Counting: Trigger {
  func after<Store: AtomicBatchStore>(
    _ change: RecordChange<Entry1>, in transaction: inout Transaction<Store>
  ) async throws {
    let key = Key(Total.objectType, 1)
    var total = try await transaction.get(key) ?? Total()
    total.log.append("\(change.kind) \(change.old?.text ?? "-") \(change.new?.text ?? "-")")
    let isThere = try await transaction.get(change.key) != nil
    if isThere != (change.new != nil) { total.log.append("not seen") }
    try await transaction.put(total, at: key)
  }
}

/// Sets itself off for as long as it is allowed to.
private struct Endless: Trigger {
  func after<Store: AtomicBatchStore>(
    _ change: RecordChange<Total>, in transaction: inout Transaction<Store>
  ) async throws {
    guard change.new?.log.last?.hasPrefix("endless") ?? false, let new = change.new else { return }
    try await transaction.put(new, at: change.key)
  }
}

/// A post, before which another one is put into the same collection, or the post itself.
private struct Post: Record, Hashable {
  static let objectType = ObjectType<Post>(22, "post")
  static let byText = Index(23, "post_by_text", on: \Post.text)
  static var indexes: [IndexDefinition<Post>] { [byText.definition] }
  static var triggers: [any Trigger<Post>] { [Meddling()] }
  var text: String
}

private struct Meddling: Trigger {
  func before<Store: AtomicBatchStore>(
    _ change: inout RecordChange<Post>, in transaction: inout Transaction<Store>
  ) async throws {
    guard let parent = change.key.ancestor(Entry1.objectType) else { return }
    switch change.new?.text {
    case "another":
      try await transaction.insert(Post(text: "first"), Post.objectType, under: parent)
    case "itself": try await transaction.put(Post(text: "before"), at: change.key)
    case nil where change.old?.text == "itself":
      try await transaction.put(Post(text: "gone"), at: change.key)
    default: break
    }
  }
}

@Suite("Trigger")
struct TriggerTests {
  private let schema = DatastoreSchema {
    Root(Entry1.objectType) { Children(Post.objectType) }
    Root(Total.objectType)
  }

  @Test("Triggers see each insert, update and delete, alter what is written, and write along")
  func triggers() async throws {
    try await withAlbum(schema: schema) { datastore in
      let key = Key(Entry1.objectType, "a")
      try await datastore.put(Entry1(text: "one"), at: key)
      try await datastore.put(Entry1(text: "two"), at: key)
      try await datastore.delete(key)
      try await datastore.delete(key)
      let total = try await datastore.get(Key(Total.objectType, 1))
      #expect(total?.log == ["insert - one!", "update one! two!", "delete two! -"])
    }
  }

  @Test("What a trigger throws refuses the change, and the transaction")
  func refusal() async throws {
    try await withAlbum(schema: schema) { datastore in
      let key = Key(Entry1.objectType, "a")
      await #expect(throws: Refusing.Refused()) {
        try await datastore.put(Entry1(text: "refused"), at: key)
      }
      #expect(try await datastore.get(key) == nil)
      try await datastore.put(Entry1(text: "kept"), at: key)
      await #expect(throws: Refusing.Refused()) { try await datastore.delete(key) }
      #expect(try await datastore.get(key) == Entry1(text: "kept!"))
    }
  }

  @Test(
    "What a trigger writes to the same collection, or the same record, is counted and indexed once")
  func meddling() async throws {
    try await withAlbum(schema: schema) { datastore in
      let parent = Key(Entry1.objectType, "a")
      let (another, itself) = (Key(parent, Post.objectType, 10), Key(parent, Post.objectType, 20))
      try await datastore.put(Post(text: "another"), at: another)
      try await datastore.put(Post(text: "itself"), at: itself)
      #expect(try await datastore.count(Post.objectType, of: parent) == 3)
      #expect(try await datastore.verify().findings == [])
      try await datastore.delete(itself)
      #expect(try await datastore.count(Post.objectType, of: parent) == 2)
      try await datastore.put(Post(text: "another"), at: another)
      let page = try await datastore.withSnapshot {
        try await $0.find(Post.byText, of: parent, limit: 10)
      }
      #expect(page.entries.map(\.record.text) == ["another", "first", "first"])
    }
  }

  @Test("Triggers that set themselves off end at the depth that the options allow")
  func depth() async throws {
    try await withAlbum(schema: schema) { datastore in
      await expect(.triggersTooDeep) {
        try await datastore.put(Total(log: ["endless"]), at: Key(Total.objectType, 1))
      }
      let total = try await datastore.get(Key(Total.objectType, 1))
      #expect(total == nil)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

import Panjeon
import Testing

@Suite("Key")
struct KeyTests {
  let couple = Key(.couple, "m")

  @Test("Keys are what the page says, byte by byte")
  func format() {
    let photo = Key(couple, .photo, 1)
    let comment = Key(photo, .comment, 2)
    #expect(Array(couple.any.row) == [0x02, 0x6D, 0x00])
    #expect(couple.any.table == "couple")
    #expect(Array(couple.any.qualifier) == [0x03, 0x01])
    #expect(Array(photo.any.qualifier) == [0x05, 0x01, 0x15, 0x01])
    #expect(Array(comment.any.qualifier) == [0x07, 0x05, 0x15, 0x01, 0x01, 0x15, 0x02])
    let deeper = Key(Key(couple, .photo, "x"), .comment, "y")
    #expect(Array(deeper.any.qualifier) == [7, 5, 2, 0x78, 0, 1, 2, 0x79, 0])
  }

  @Test("A key knows its id, its root's, and its ancestors")
  func parts() {
    let photo = Key(couple, .photo, 7)
    let comment = Key(photo, .comment, "c")
    #expect(comment.id() == "c")
    #expect(comment.id(as: Int.self) == nil)
    #expect(comment.rootID() == "m")
    #expect(couple.id() == "m")
    #expect(comment.ancestor(.photo) == photo)
    #expect(comment.ancestor(.couple) == couple)
    #expect(comment.ancestor(.memo) == nil)
    #expect(photo.ancestor(.photo) == nil)
    #expect(Key<Comment>(comment.any) == comment)
    #expect(Key<Photo>(comment.any) == nil)
    #expect(comment.description == "couple/\"m\"/5:7/7:\"c\"")
  }

  /// A tuple in a tuple, and so on.
  private func nested(_ depth: Int) -> KeyComponent {
    (0..<depth).reduce(.integer(1)) { inner, _ in .tuple([inner]) }
  }

  @Test("An id that is nested too deep is refused when it is written, as a root's and as a child's")
  func tooDeep() async throws {
    try await withAlbum { datastore in
      let deepest = Key(couple, .memo, nested(16))
      try await datastore.put(Memo(text: "deep"), at: deepest)
      #expect(deepest.idComponent == nested(16))
      let memo = try await datastore.get(deepest)
      #expect(memo?.text == "deep")
      for parent in [couple, Key(.couple, nested(17))] {
        for key in [Key(parent, .memo, nested(17)), Key(parent, .memo, nested(40))] {
          await expect(.invalidArgument) { try await datastore.put(Memo(text: ""), at: key) }
          let found = try await datastore.get(key)
          #expect(found == nil)
          _ = (key.idComponent, key.description, key.ancestor(.couple), Key<Memo>(key.any))
        }
        let below = Key(Key(parent, .photo, nested(17)), .comment, 1)
        await expect(.invalidArgument) {
          try await datastore.put(Comment(author: "", text: ""), at: below)
        }
      }
      await expect(.invalidArgument) {
        try await datastore.put(Couple(name: ""), at: Key(.couple, nested(17)))
      }
      await expect(.invalidArgument) {
        try await datastore.put(Memo(text: ""), at: Key(Key(.couple, nested(17)), .memo, 1))
      }
    }
  }

  private struct Deep: Record {
    static let objectType = ObjectType<Deep>(10, "deep")
    static let byValue = Index(
      60, "deep_by_value",
      on: { (deep: Deep) in
        (0..<deep.depth).reduce(KeyComponent.integer(1)) { inner, _ in .tuple([inner]) }
      })
    static var indexes: [IndexDefinition<Deep>] { [byValue.definition] }
    var depth: Int
    enum CodingKeys: Int, CodingKey { case depth = 1 }
  }

  @Test("An indexed value that is nested too deep, with what its entry has around it, is refused")
  func tooDeepValue() async throws {
    let schema = DatastoreSchema { Root(.couple) { Children(Deep.objectType) } }
    try await withAlbum(schema: schema) { datastore in
      let key = Key(couple, Deep.objectType, 1)
      try await datastore.put(Deep(depth: 15), at: key)
      for depth in [16, 17, 30] {
        let error = await #expect(throws: DatastoreError.self) {
          try await datastore.put(Deep(depth: depth), at: key)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.index == "deep_by_value")
      }
      // The id counts as well.
      await expect(.invalidArgument) {
        try await datastore.put(Deep(depth: 1), at: Key(couple, Deep.objectType, nested(16)))
      }
    }
  }

  @Test("A schema describes a key by the names of its types")
  func names() {
    let comment = Key(Key(couple, .photo, 7), .comment, "c")
    #expect(albumSchema.description(of: comment) == "couple/\"m\"/photo:7/comment:\"c\"")
    #expect(albumSchema.description(of: couple) == "couple/\"m\"")
    let bare = DatastoreSchema { Root(.couple) }
    #expect(bare.description(of: comment.any) == "couple/\"m\"/5:7/7:\"c\"")
  }

  @Test("Types of two bytes, too, sort before their children and apart from one another")
  func wideTypes() {
    struct Wide: Record {
      static let objectType = ObjectType<Wide>(0x7EFF, "wide")
    }
    let key = Key(Key(couple, .photo, 1), Wide.objectType, 3)
    #expect(Array(key.any.qualifier) == [0xFE, 0xFF, 5, 0x15, 1, 1, 0x15, 3])
    #expect(key.ancestor(.photo)?.id() == 1)
    #expect(KeyPathParts([0x80, 0x05, 0x01]) == nil)
    #expect(KeyPathParts([0x01]) == nil)
    #expect(KeyPathParts([0xFF, 0x05, 0x01]) == nil)
  }
}

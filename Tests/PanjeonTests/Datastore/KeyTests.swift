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

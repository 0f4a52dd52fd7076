// SPDX-License-Identifier: Apache-2.0

/// One value that is being encoded, and what its container holds so far.
struct EncodingLevel {
  /// What the value asked for.
  enum Kind {
    case undecided, single, map, array
  }

  /// A container that is not written in its turn: its bytes are put in at the end.
  struct Deferred {
    let offset: Int
    let state: EncodingState
  }

  /// An element of an array that may take over fields from what was stored.
  struct Element {
    let start: Int
    let value: (any Encodable)?
  }

  let id: Int
  let start: Int
  /// How many arrays and maps are around the value.
  let nesting: Int
  /// The key of the value in what is around it.
  let key: (any CodingKey)?
  /// The type of the value, if it may be one whose elements have no order.
  let type: (any Any.Type)?
  /// Where the item begins that was stored in place of the value.
  let stored: Int?

  var kind = Kind.undecided
  var count = 0
  /// The bytes of the last key.
  var lastKey: Range<Int>?
  /// Whether all keys so far ascend.
  var isAscending = true
  var deferred: [Deferred] = []
  /// Types of the coding keys that the value uses: the first, and seldom more.
  var keyType: (any CodingKey.Type)?
  var moreKeyTypes: [any CodingKey.Type] = []
  /// The fields that the value's own member of type `UnknownFields` holds.
  var own: UnknownFields?
  /// What was stored in maps and arrays within the stored map, once somebody asked.
  var storedFields: [StoredRecord.Field]?
  /// The elements, if the stored item is an array.
  var elements: [Element]?

  init(
    id: Int, start: Int, nesting: Int, key: (any CodingKey)?, type: (any Any.Type)?, stored: Int?
  ) {
    self.id = id
    self.start = start
    self.nesting = nesting
    self.key = key
    self.type = type
    self.stored = stored
  }

  var keyTypes: [any CodingKey.Type] {
    keyType.map { [$0] + moreKeyTypes } ?? []
  }

  /// How many arrays and maps are around what the value holds.
  var nestingInside: Int {
    kind == .map || kind == .array ? nesting + 1 : nesting
  }
}

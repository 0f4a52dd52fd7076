// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a value's `init(from:)` is given: an item, and a place in it if it is a map.
final class LevelDecoder: Decoder {
  let source: RecordSource
  let offset: Int
  private let parent: LevelDecoder?
  private let key: (any CodingKey)?

  /// Where the map's first key is, and how many there are.
  private var firstKey = 0
  private(set) var count = 0
  /// The field found last: the next one asked for is mostly behind it.
  private var placeIndex = 0
  private var place = 0
  private var keyTypes: [any CodingKey.Type] = []
  private var keyType: (any CodingKey.Type)?

  init(source: RecordSource, offset: Int, parent: LevelDecoder?, key: (any CodingKey)?) {
    self.source = source
    self.offset = offset
    self.parent = parent
    self.key = key
  }

  var codingPath: [any CodingKey] {
    (parent?.codingPath ?? []) + (key.map { [$0] } ?? [])
  }

  var userInfo: [CodingUserInfoKey: Any] { source.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try KeyedRecordDecoding<Key>(self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try UnkeyedRecordDecoding(self)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    SingleRecordDecoding(level: self)
  }

  /// Reads the head of the map or array that the item must be.
  func head(of kind: ItemKind) throws(DecodingError) -> ItemHead {
    let head = source.bytes.itemHead(at: source.bytes.untagged(at: offset))
    if head.kind == kind { return head }
    throw error(
      source.isNull(at: offset) ? .missing : .mismatch,
      kind == .map ? [String: Any].self : [Any].self, at: offset, nil)
  }

  /// Begins to read the item as a map.
  func openMap(_ type: any CodingKey.Type) throws(DecodingError) {
    let head = try head(of: .map)
    if keyType == nil {
      keyType = type
      count = head.count
      firstKey = head.end
      place = head.end
    } else {
      keyTypes.append(type)
    }
  }

  /// Where the value of a field is, or nil if there is no such field.
  func find(_ key: some CodingKey) -> Int? {
    if let number = key.fieldNumber {
      let found = unsafe find(
        number < 0 ? .negative : .unsigned, UInt64(number < 0 ? ~number : number),
        text: UnsafeBufferPointer(start: nil, count: 0))
      // It may have been stored when the field had no number.
      if found != nil || !source.hasTextKeys { return found }
    }
    var name = key.stringValue
    // Only read while the closure runs.
    return name.withUTF8 { text in
      unsafe find(.text, UInt64(text.count), text: text)
    }
  }

  /// Looks for the key that is an integer, or a text.
  private func find(
    _ kind: ItemKind, _ argument: UInt64, text: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    var (index, offset) = (placeIndex, place)
    if source.keysAscend, index > 0,
      unsafe source.compareKey(at: offset, kind, argument, text: text) > 0
    {
      (index, offset) = (0, firstKey)
    }
    for _ in 0..<count {
      if index == count {
        if source.keysAscend { return nil }
        (index, offset) = (0, firstKey)
      }
      let order = unsafe source.compareKey(at: offset, kind, argument, text: text)
      if order == 0 {
        (placeIndex, place) = (index, offset)
        return source.bytes.itemEnd(at: offset)
      }
      if order > 0, source.keysAscend { return nil }
      index += 1
      offset = source.bytes.itemEnd(at: source.bytes.itemEnd(at: offset))
    }
    return nil
  }

  /// Calls `body` with the offset of every key of the map and of its value.
  func forEachField(_ body: (Int, Int) -> Void) {
    var offset = firstKey
    for _ in 0..<count {
      let value = source.bytes.itemEnd(at: offset)
      body(offset, value)
      offset = source.bytes.itemEnd(at: value)
    }
  }

  /// Whether one of the types of keys with which the map is read knows a key.
  func isKnown(_ key: Int) -> Bool {
    keyType?.init(stored: source.bytes, at: key) != nil
      || source.bytes.isKnownKey(at: key, to: keyTypes)
  }

  /// The fields of the map that no type of keys knows.
  func unknownFields() -> UnknownFields {
    var entries: [UInt8] = []
    forEachField { key, value in
      if !isKnown(key) {
        entries += source.bytes[key..<source.bytes.itemEnd(at: value)]
      }
    }
    return UnknownFields(entries: entries, areDeterministic: source.isDeterministic)
  }
}

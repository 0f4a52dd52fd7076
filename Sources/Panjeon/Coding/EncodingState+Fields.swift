// SPDX-License-Identifier: Apache-2.0

/// Keys and elements, before their values are written.
extension EncodingState {
  /// What an error takes back.
  struct Mark {
    fileprivate let byteCount: Int
    let count: Int
    fileprivate let lastKey: Range<Int>?
    fileprivate let isAscending: Bool
  }

  /// Remembers how far the innermost value is.
  var mark: Mark {
    Mark(
      byteCount: bytes.count, count: level.count, lastKey: level.lastKey,
      isAscending: level.isAscending)
  }

  /// Takes back what was written to the innermost value since.
  func rollBack(to mark: Mark) {
    bytes.removeSubrange(mark.byteCount...)
    level.count = mark.count
    level.lastKey = mark.lastKey
    level.isAscending = mark.isAscending
    if let elements = level.elements {
      level.elements = Array(elements.prefix(mark.count))
    }
  }

  /// Writes the key of a field.
  func beginField(_ key: some CodingKey, _ id: Int) throws(EncodingError) {
    try check(id)
    let start = bytes.count
    if let number = key.fieldNumber {
      bytes.appendInteger(number)
    } else {
      bytes.appendText(key.stringValue)
    }
    addKey(start..<bytes.count)
  }

  /// Counts a field whose key has been written.
  func addKey(_ key: Range<Int>) {
    if let last = level.lastKey, level.isAscending {
      let (byte, lastByte) = (bytes[key.lowerBound], bytes[last.lowerBound])
      level.isAscending =
        byte != lastByte ? lastByte < byte : bytes.compare(last, with: bytes, key) < 0
    }
    level.lastKey = key
    level.count += 1
  }

  /// The item that was stored under the key written last, if it may hold fields that nobody knows.
  func storedField() -> Int? {
    guard let stored, let item = level.stored, let key = level.lastKey else { return nil }
    let fields = level.storedFields ?? stored.nestedFields(ofItemAt: item)
    level.storedFields = fields
    return stored.find(key, of: bytes, in: fields)
  }

  /// Counts an element of an array, which is written next.
  func beginElement(_ value: (any Encodable)?, _ id: Int) throws(EncodingError) {
    try check(id)
    if level.elements != nil {
      level.elements?.append(EncodingLevel.Element(start: bytes.count, value: value))
    }
    level.count += 1
  }

  /// Makes a state whose bytes are put in here when the innermost value is complete.
  func deferItem(key: any CodingKey, stored: Int?) -> EncodingState {
    let state = makeState(storedItem: stored, key: key)
    level.deferred.append(EncodingLevel.Deferred(offset: bytes.count, state: state))
    return state
  }

  /// Takes note of a type of the innermost value's keys.
  func addKeyType(_ type: any CodingKey.Type) {
    if level.keyType == nil {
      level.keyType = type
    } else {
      level.moreKeyTypes.append(type)
    }
  }
}

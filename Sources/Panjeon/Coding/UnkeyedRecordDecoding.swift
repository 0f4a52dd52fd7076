// SPDX-License-Identifier: Apache-2.0

/// Reads the elements of an array, one after another.
struct UnkeyedRecordDecoding: UnkeyedDecodingContainer {
  private let level: LevelDecoder
  private let elementCount: Int
  private var offset: Int
  private(set) var currentIndex = 0
  private var source: RecordSource { level.source }

  init(_ level: LevelDecoder) throws(DecodingError) {
    self.level = level
    let head = try level.head(of: .array)
    elementCount = head.count
    offset = head.end
  }

  var codingPath: [any CodingKey] { level.codingPath }
  var count: Int? { elementCount }
  var isAtEnd: Bool { currentIndex == elementCount }

  private func check(_ type: any Any.Type) throws(DecodingError) {
    if isAtEnd {
      throw .valueNotFound(
        type,
        DecodingError.Context(
          codingPath: codingPath + [IndexKey(currentIndex)],
          debugDescription: "the array has only \(elementCount) elements"))
    }
  }

  private mutating func advance() {
    offset = source.bytes.itemEnd(at: offset)
    currentIndex += 1
  }

  private mutating func read<Value>(
    _ read: (RecordSource, Int) throws(ValueFailure) -> Value
  ) throws(DecodingError) -> Value {
    try check(Value.self)
    do throws(ValueFailure) {
      let value = try read(source, offset)
      advance()
      return value
    } catch {
      throw level.error(error, Value.self, at: offset, IndexKey(currentIndex))
    }
  }

  private mutating func integer<Value: FixedWidthInteger>() throws(DecodingError) -> Value {
    try read { (source, offset) throws(ValueFailure) in
      try source.integer(Value.self, at: offset)
    }
  }

  mutating func decodeNil() throws -> Bool {
    try check(Any?.self)
    if !source.isNull(at: offset) { return false }
    advance()
    return true
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool {
    try read { (source, offset) throws(ValueFailure) in try source.bool(at: offset) }
  }

  mutating func decode(_ type: String.Type) throws -> String {
    try read { (source, offset) throws(ValueFailure) in try source.text(at: offset) }
  }

  mutating func decode(_ type: Double.Type) throws -> Double {
    try read { (source, offset) throws(ValueFailure) in try source.double(at: offset) }
  }

  mutating func decode(_ type: Float.Type) throws -> Float {
    try read { (source, offset) throws(ValueFailure) in try source.float(at: offset) }
  }

  mutating func decode(_ type: Int.Type) throws -> Int { try integer() }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  mutating func decode(_ type: Int128.Type) throws -> Int128 { try integer() }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
  mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try integer() }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try check(type)
    let value = try level.decode(type, at: offset, key: IndexKey(currentIndex))
    advance()
    return value
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    let container = try nestedLevel().container(keyedBy: type)
    advance()
    return container
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try nestedLevel().unkeyedContainer()
    advance()
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let nested = try nestedLevel()
    advance()
    return nested
  }

  private func nestedLevel() throws(DecodingError) -> LevelDecoder {
    try check((any Decoder).self)
    return LevelDecoder(
      source: source, offset: offset, parent: level, key: IndexKey(currentIndex))
  }
}

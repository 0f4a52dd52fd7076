// SPDX-License-Identifier: Apache-2.0

/// Reads the fields of a map.
struct KeyedRecordDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let level: LevelDecoder
  private var source: RecordSource { level.source }

  init(_ level: LevelDecoder) throws(DecodingError) {
    self.level = level
    try level.openMap(Key.self)
  }

  var codingPath: [any CodingKey] { level.codingPath }

  var allKeys: [Key] {
    var keys: [Key] = []
    level.forEachField { key, _ in
      if let key = Key(stored: source.bytes, at: key) { keys.append(key) }
    }
    return keys
  }

  func contains(_ key: Key) -> Bool { level.find(key) != nil }

  private func find(_ key: some CodingKey) throws(DecodingError) -> Int {
    if let offset = level.find(key) { return offset }
    throw .keyNotFound(
      key,
      DecodingError.Context(
        codingPath: codingPath,
        debugDescription: "no field \(key.fieldNumber.map(String.init) ?? key.stringValue)"))
  }

  private func read<Value>(
    _ key: Key, _ read: (Int) throws(ValueFailure) -> Value
  ) throws(DecodingError) -> Value {
    let offset = try find(key)
    do throws(ValueFailure) {
      return try read(offset)
    } catch {
      throw level.error(error, Value.self, at: offset, key)
    }
  }

  private func integer<Value: FixedWidthInteger>(_ key: Key) throws(DecodingError) -> Value {
    try read(key) { (offset) throws(ValueFailure) in try source.integer(Value.self, at: offset) }
  }

  func decodeNil(forKey key: Key) throws -> Bool { source.isNull(at: try find(key)) }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
    try read(key) { (offset) throws(ValueFailure) in try source.bool(at: offset) }
  }

  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try read(key) { (offset) throws(ValueFailure) in try source.text(at: offset) }
  }

  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try read(key) { (offset) throws(ValueFailure) in try source.double(at: offset) }
  }

  func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
    try read(key) { (offset) throws(ValueFailure) in try source.float(at: offset) }
  }

  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(key) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(key) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(key) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(key) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(key) }
  func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try integer(key) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(key) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(key) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(key) }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(key) }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(key) }
  func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try integer(key) }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    if type == UnknownFields.self, let fields = level.unknownFields() as? Value { return fields }
    return try level.decode(type, at: try find(key), key: key)
  }

  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    if type == UnknownFields.self {
      let fields = level.unknownFields()
      return fields.isEmpty ? nil : fields as? Value
    }
    guard let offset = level.find(key), !source.isNull(at: offset) else { return nil }
    return try level.decode(type, at: offset, key: key)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try nestedLevel(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try nestedLevel(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try nestedLevel(SuperKey()) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try nestedLevel(key) }

  private func nestedLevel(_ key: some CodingKey) throws(DecodingError) -> LevelDecoder {
    LevelDecoder(source: source, offset: try find(key), parent: level, key: key)
  }
}

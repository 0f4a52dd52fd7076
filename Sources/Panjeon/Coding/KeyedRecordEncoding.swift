// SPDX-License-Identifier: Apache-2.0

/// Encodes the fields of a map.
struct KeyedRecordEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
  private let state: EncodingState
  private let id: Int

  /// Makes the innermost value of a state a map.
  init(opening state: EncodingState, _ id: Int) {
    self.state = state
    self.id = id
    state.open(.map, id)
    if state.level.id == id { state.addKeyType(Key.self) }
  }

  var codingPath: [any CodingKey] { state.path(to: id) }

  private func put(_ key: Key, _ write: (inout [UInt8]) -> Void) throws(EncodingError) {
    try state.beginField(key, id)
    write(&state.bytes)
  }

  func encodeNil(forKey key: Key) throws { try put(key) { $0.append(RecordFormat.nullByte) } }

  func encode(_ value: Bool, forKey key: Key) throws {
    try put(key) { $0.append(value ? RecordFormat.trueByte : RecordFormat.falseByte) }
  }

  func encode(_ value: String, forKey key: Key) throws { try put(key) { $0.appendText(value) } }
  func encode(_ value: Double, forKey key: Key) throws { try put(key) { $0.appendDouble(value) } }
  func encode(_ value: Float, forKey key: Key) throws { try put(key) { $0.appendFloat(value) } }
  func encode(_ value: Int, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }
  func encode(_ value: Int8, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }
  func encode(_ value: Int16, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }
  func encode(_ value: Int32, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }
  func encode(_ value: Int64, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }
  func encode(_ value: UInt, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }
  func encode(_ value: UInt8, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }
  func encode(_ value: UInt16, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }
  func encode(_ value: UInt32, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }
  func encode(_ value: UInt64, forKey key: Key) throws { try put(key) { $0.appendInteger(value) } }

  func encode(_ value: Int128, forKey key: Key) throws {
    try state.checkNesting()
    try put(key) { $0.appendInteger(value) }
  }

  func encode(_ value: UInt128, forKey key: Key) throws {
    try state.checkNesting()
    try put(key) { $0.appendInteger(value) }
  }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    if Value.self == UnknownFields.self {
      try state.check(id)
      state.level.own = value as? UnknownFields
      return
    }
    let mark = state.mark
    try state.beginField(key, id)
    do {
      try state.encode(value, key: key, stored: state.storedField())
    } catch {
      state.rollBack(to: mark)
      throw error
    }
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    let nested = nestedState(key)
    return KeyedEncodingContainer(KeyedRecordEncoding<NestedKey>(opening: nested, nested.level.id))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    let nested = nestedState(key)
    return UnkeyedRecordEncoding(opening: nested, nested.level.id)
  }

  func superEncoder() -> any Encoder {
    let nested = nestedState(SuperKey())
    return LevelEncoder(state: nested, id: nested.level.id)
  }

  func superEncoder(forKey key: Key) -> any Encoder {
    let nested = nestedState(key)
    return LevelEncoder(state: nested, id: nested.level.id)
  }

  private func nestedState(_ key: some CodingKey) -> EncodingState {
    do throws(EncodingError) {
      try state.beginField(key, id)
      return state.deferItem(key: key, stored: state.storedField())
    } catch {
      // What is written there is lost, and the record with it.
      state.fail("a nested container was made out of its turn")
      return state.makeState(storedItem: nil, key: key)
    }
  }
}

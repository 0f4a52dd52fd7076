// SPDX-License-Identifier: Apache-2.0

/// Encodes the elements of an array.
struct UnkeyedRecordEncoding: UnkeyedEncodingContainer {
  private let state: EncodingState
  private let id: Int

  /// Makes the innermost value of a state an array.
  init(opening state: EncodingState, _ id: Int) {
    self.state = state
    self.id = id
    state.open(.array, id)
  }

  var codingPath: [any CodingKey] { state.path(to: id) }

  var count: Int { state.level.id == id ? state.level.count : 0 }

  private func put(_ write: (inout [UInt8]) -> Void) throws(EncodingError) {
    try state.beginElement(nil, id)
    write(&state.bytes)
  }

  func encodeNil() throws { try put { $0.append(RecordFormat.nullByte) } }

  func encode(_ value: Bool) throws {
    try put { $0.append(value ? RecordFormat.trueByte : RecordFormat.falseByte) }
  }

  func encode(_ value: String) throws { try put { $0.appendText(value) } }
  func encode(_ value: Double) throws { try put { $0.appendDouble(value) } }
  func encode(_ value: Float) throws { try put { $0.appendFloat(value) } }
  func encode(_ value: Int) throws { try put { $0.appendInteger(value) } }
  func encode(_ value: Int8) throws { try put { $0.appendInteger(value) } }
  func encode(_ value: Int16) throws { try put { $0.appendInteger(value) } }
  func encode(_ value: Int32) throws { try put { $0.appendInteger(value) } }
  func encode(_ value: Int64) throws { try put { $0.appendInteger(value) } }
  func encode(_ value: UInt) throws { try put { $0.appendInteger(value) } }
  func encode(_ value: UInt8) throws { try put { $0.appendInteger(value) } }
  func encode(_ value: UInt16) throws { try put { $0.appendInteger(value) } }
  func encode(_ value: UInt32) throws { try put { $0.appendInteger(value) } }
  func encode(_ value: UInt64) throws { try put { $0.appendInteger(value) } }

  func encode(_ value: Int128) throws {
    try state.checkNesting()
    try put { $0.appendInteger(value) }
  }

  func encode(_ value: UInt128) throws {
    try state.checkNesting()
    try put { $0.appendInteger(value) }
  }

  func encode(_ value: some Encodable) throws {
    let mark = state.mark
    try state.beginElement(value, id)
    do {
      try state.encode(value, key: IndexKey(mark.count), stored: nil)
    } catch {
      state.rollBack(to: mark)
      throw error
    }
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    let nested = nestedState()
    return KeyedEncodingContainer(KeyedRecordEncoding<NestedKey>(opening: nested, nested.level.id))
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    let nested = nestedState()
    return UnkeyedRecordEncoding(opening: nested, nested.level.id)
  }

  func superEncoder() -> any Encoder {
    let nested = nestedState()
    return LevelEncoder(state: nested, id: nested.level.id)
  }

  private func nestedState() -> EncodingState {
    let key = IndexKey(count)
    do throws(EncodingError) {
      try state.beginElement(nil, id)
      return state.deferItem(key: key, stored: nil)
    } catch {
      state.fail("a nested container was made out of its turn")
      return state.makeState(storedItem: nil, key: key)
    }
  }
}

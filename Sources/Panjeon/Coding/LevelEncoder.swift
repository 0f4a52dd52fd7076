// SPDX-License-Identifier: Apache-2.0

/// What a value's `encode(to:)` is given.
struct LevelEncoder: Encoder {
  let state: EncodingState
  let id: Int

  var codingPath: [any CodingKey] { state.path(to: id) }

  var userInfo: [CodingUserInfoKey: Any] { state.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedRecordEncoding<Key>(opening: state, id))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    UnkeyedRecordEncoding(opening: state, id)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleRecordEncoding(state: state, id: id)
  }
}

/// Encodes a value that is one item.
struct SingleRecordEncoding: SingleValueEncodingContainer {
  let state: EncodingState
  let id: Int

  var codingPath: [any CodingKey] { state.path(to: id) }

  private func put(_ write: (inout [UInt8]) -> Void) throws(EncodingError) {
    try begin()
    write(&state.bytes)
    state.level.kind = .single
  }

  private func begin() throws(EncodingError) {
    try state.check(id)
    if state.level.kind != .undecided { throw state.error("a value was encoded twice") }
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
    try begin()
    try state.encode(value, key: nil, stored: state.level.stored)
    state.level.kind = .single
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Reads a value that is one item.
struct SingleRecordDecoding: SingleValueDecodingContainer {
  let level: LevelDecoder
  private var source: RecordSource { level.source }

  init(level: LevelDecoder) {
    self.level = level
  }

  var codingPath: [any CodingKey] { level.codingPath }

  private func read<Value>(
    _ read: (Int) throws(ValueFailure) -> Value
  ) throws(DecodingError) -> Value {
    do throws(ValueFailure) {
      return try read(level.offset)
    } catch {
      throw level.error(error, Value.self, at: level.offset, nil)
    }
  }

  private func integer<Value: FixedWidthInteger>() throws(DecodingError) -> Value {
    try read { (offset) throws(ValueFailure) in try source.integer(Value.self, at: offset) }
  }

  func decodeNil() -> Bool { source.isNull(at: level.offset) }

  func decode(_ type: Bool.Type) throws -> Bool {
    try read { (offset) throws(ValueFailure) in try source.bool(at: offset) }
  }

  func decode(_ type: String.Type) throws -> String {
    try read { (offset) throws(ValueFailure) in try source.text(at: offset) }
  }

  func decode(_ type: Double.Type) throws -> Double {
    try read { (offset) throws(ValueFailure) in try source.double(at: offset) }
  }

  func decode(_ type: Float.Type) throws -> Float {
    try read { (offset) throws(ValueFailure) in try source.float(at: offset) }
  }

  func decode(_ type: Int.Type) throws -> Int { try integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  func decode(_ type: Int128.Type) throws -> Int128 { try integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try integer() }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try level.decode(type, at: level.offset, key: nil)
  }
}

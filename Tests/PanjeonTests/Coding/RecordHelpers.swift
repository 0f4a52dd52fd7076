// SPDX-License-Identifier: Apache-2.0

import Panjeon
import Testing
import WideColumn

/// Bytes from hexadecimal digits with spaces between.
func hex(_ text: String) -> Bytes {
  let digits = text.filter { !$0.isWhitespace }
  var bytes: [UInt8] = []
  var index = digits.startIndex
  while index < digits.endIndex {
    let next = digits.index(index, offsetBy: 2)
    bytes.append(UInt8(digits[index..<next], radix: 16)!)
    index = next
  }
  return Bytes(bytes)
}

func encode(_ value: some Encodable) throws -> Bytes {
  try RecordEncoder().encode(value)
}

func decode<Value: Decodable>(_ type: Value.Type, _ bytes: Bytes) throws -> Value {
  try RecordDecoder().decode(type, from: bytes)
}

/// What a value becomes when it is written and read.
func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
  try decode(Value.self, encode(value))
}

/// The value that is encoded, in diagnostic notation.
func notation(_ value: some Encodable) throws -> String {
  try RecordValue(decoding: encode(value)).description
}

/// The description of the `DecodingError` that decoding throws, by its kind.
func refusal<Value: Decodable>(_ type: Value.Type, _ bytes: Bytes) -> String? {
  do {
    _ = try decode(type, bytes)
    return nil
  } catch DecodingError.dataCorrupted(let context) {
    return "dataCorrupted: \(context.debugDescription)"
  } catch DecodingError.typeMismatch(let type, let context) {
    return "typeMismatch \(type): \(context.debugDescription)"
  } catch DecodingError.valueNotFound(_, let context) {
    return "valueNotFound: \(context.debugDescription)"
  } catch DecodingError.keyNotFound(let key, _) {
    return "keyNotFound: \(key.stringValue)"
  } catch {
    return "\(error)"
  }
}

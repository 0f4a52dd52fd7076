// SPDX-License-Identifier: Apache-2.0

import Panjeon
import WideColumn

/// A typed record with something of everything.
private struct FuzzedRecord: Codable {
  enum CodingKeys: Int, CodingKey {
    case number = 1
    case text, bytes, float, inner, list, table, mood, small, fields
  }
  enum Mood: Codable { case good, bad(why: String) }
  var number: Int?
  var text: String?
  var bytes: Bytes?
  var float: Double?
  indirect enum Inner: Codable { case one(FuzzedRecord) }
  var inner: Inner?
  var list: [FuzzedRecord]?
  var table: [String: [Int: Bool]]?
  var mood: Mood?
  var small: Int8?
  var fields: UnknownFields?
}

/// A record without its type and with one, and one that is written in its place.
///
/// What is in our form already must stay as it is; whatever is written must be in it.
func decodeTypedRecord(_ bytes: [UInt8]) throws {
  let check = try RecordCheck(bytes, in: 0..<bytes.count)
  let value = try RecordValue(decoding: Bytes(bytes))
  _ = value.description
  if let written = try? value.encode() {
    precondition(
      !check.isDeterministic || written == Bytes(bytes), "a record changes when it is written again"
    )
    let again = try? RecordValue(decoding: written).encode()
    precondition(again == written, "a record's form is not the last one")
  } else {
    precondition(!check.isDeterministic, "a record cannot be written again")
  }
  let other = FuzzedRecord(number: 1, list: [FuzzedRecord(), FuzzedRecord(text: "a")])
  try keep(other, beside: bytes)
  if let record = try? RecordDecoder().decode(FuzzedRecord.self, from: Bytes(bytes)) {
    try keep(record, beside: bytes)
    _ = try RecordDecoder().decode(FuzzedRecord.self, from: RecordEncoder().encode(record))
  }
}

private func keep(_ record: FuzzedRecord, beside bytes: [UInt8]) throws {
  let kept = Array(try RecordEncoder().encode(record, keepingUnknownFieldsOf: Bytes(bytes)))
  let check = try? RecordCheck(kept, in: 0..<kept.count)
  precondition(check?.isDeterministic == true, "what was written is not in our form")
}

// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import WideColumn

/// The metadata of a collection as they are stored; the page *KeyFormat* of Panjeon has the fields.
struct StoredMetadata {
  private let fields: [RecordValue.Field]
  /// How many members there are.
  let count: UInt64
  /// The id that is issued next.
  let nextID: UInt64

  private static var countField: Int128 { 1 }
  private static var nextIDField: Int128 { 2 }

  /// The greatest id that a file may have: 2^53, so that there is no end of those that are left.
  static let idMax: UInt64 = 1 << 53

  /// Throws `malformedExport` for what is none, and for ids that no collection has come to.
  init(_ stored: Bytes, at key: AnyKey) throws(BetweenError) {
    guard case .map(let fields)? = try? RecordValue(decoding: stored),
      let count = Self.number(Self.countField, of: fields, default: 0),
      let nextID = Self.number(Self.nextIDField, of: fields, default: 1),
      (1...Self.idMax).contains(nextID), count < nextID
    else { throw BetweenError(.malformedExport, "what is at \(key) is no metadata") }
    self.fields = fields
    self.count = count
    self.nextID = nextID
  }

  private static func number(
    _ field: Int128, of fields: [RecordValue.Field], default absent: UInt64
  ) -> UInt64? {
    guard let found = fields.first(where: { $0.key == .integer(field) }) else { return absent }
    guard case .integer(let value) = found.value else { return nil }
    return UInt64(exactly: value)
  }

  /// Without the count, which comes of the members.
  func withoutCount() throws -> Bytes {
    try RecordValue.map(fields.filter { $0.key != .integer(Self.countField) }).encode()
  }

  /// Nothing but the id that is issued next; nil when that is the first.
  var nextIDAlone: Bytes? {
    get throws {
      if nextID == 1 { return nil }
      let field = RecordValue.Field(
        key: .integer(Self.nextIDField), value: .integer(Int128(nextID)))
      return try RecordValue.map([field]).encode()
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What a commit in two phases intends to do, beside the header of each row that it has locked.
///
/// See the page *Formats/LockIntentsFormat*. After Haeinsa's secondaries and mutations, which it keeps in the lock as well.
public struct LockIntents: Hashable, Sendable {
  /// The row whose header holds the decision; nil when it is this one.
  public var primary: TransactionRow?

  /// The other rows that the transaction writes, known to the primary alone.
  public var secondaries: [TransactionRow]

  /// The changes to be made once the transaction has been committed, in an encoding of their own.
  public var redo: Bytes

  /// Creates intents.
  public init(
    primary: TransactionRow? = nil, secondaries: [TransactionRow] = [], redo: Bytes = Bytes()
  ) {
    self.primary = primary
    self.secondaries = secondaries
    self.redo = redo
  }

  private static let format: UInt8 = 1

  /// The intents as they are stored.
  public func encode() -> Bytes {
    var bytes: [UInt8] = [Self.format]
    let rows = (primary.map { [$0] } ?? []) + secondaries
    bytes.append(primary == nil ? 0 : 1)
    Self.append(UInt32(rows.count), to: &bytes)
    for name in rows {
      Self.append(Array(name.table.utf8), to: &bytes)
      Self.append(Array(name.row), to: &bytes)
    }
    Self.append(Array(redo), to: &bytes)
    return Bytes(bytes)
  }

  private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(shift * 8))) }
  }

  private static func append(_ field: [UInt8], to bytes: inout [UInt8]) {
    append(UInt32(field.count), to: &bytes)
    bytes += field
  }

  /// Decodes stored intents; nil when they are none that this version knows.
  public init?(decoding bytes: Bytes) {
    var reader = Reader(bytes: Array(bytes))
    guard reader.byte() == Self.format, let hasPrimary = reader.byte(), hasPrimary <= 1,
      let count = reader.number(), count <= reader.left / 8
    else { return nil }
    var rows: [TransactionRow] = []
    for _ in 0..<count {
      guard let table = reader.field(), let row = reader.field(),
        let name = Bytes(table).utf8String
      else { return nil }
      rows.append(TransactionRow(table: name, row: Bytes(row)))
    }
    guard let redo = reader.field(), reader.left == 0, hasPrimary == 0 || !rows.isEmpty else {
      return nil
    }
    self.init(
      primary: hasPrimary == 1 ? rows.removeFirst() : nil, secondaries: rows, redo: Bytes(redo))
  }

  private struct Reader {
    let bytes: [UInt8]
    var place = 0

    var left: Int { bytes.count - place }

    mutating func byte() -> UInt8? {
      guard left > 0 else { return nil }
      place += 1
      return bytes[place - 1]
    }

    mutating func number() -> Int? {
      guard left >= 4 else { return nil }
      place += 4
      return (1...4).reduce(0) { $0 << 8 | Int(bytes[place - $1]) }
    }

    mutating func field() -> [UInt8]? {
      guard let count = number(), count <= left else { return nil }
      place += count
      return Array(bytes[(place - count)..<place])
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What a commit in two phases intends to do, beside the header of each row that it has locked.
///
/// See the page *Formats/LockIntentsFormat*. After Haeinsa's secondaries and mutations, which it keeps in the lock as well.
public struct LockIntents: Hashable, Sendable {
  /// The row whose header holds the decision; nil when it is this one.
  public var primary: TransactionRow?

  /// The header that the primary had before, known to secondaries; nil for none.
  ///
  /// As long as the primary has it the transaction may still come to lock it, and be committed.
  public var primaryHeaderBefore: Bytes?

  /// The other rows that the transaction writes, known to the primary alone.
  public var secondaries: [TransactionRow]

  /// The changes to be made once the transaction has been committed, as ``Redo`` encodes them.
  public var redo: Bytes

  /// The life of the store in which the lock was set: in another one its owner lives no more.
  public var incarnation: StoreIncarnation

  /// Creates intents.
  public init(
    primary: TransactionRow? = nil, primaryHeaderBefore: Bytes? = nil,
    secondaries: [TransactionRow] = [], redo: Bytes = Bytes(),
    incarnation: StoreIncarnation = .unknown
  ) {
    self.incarnation = incarnation
    self.primary = primary
    self.primaryHeaderBefore = primaryHeaderBefore
    self.secondaries = secondaries
    self.redo = redo
  }
}

extension LockIntents {
  private static let format: UInt8 = 1

  /// The intents as they are stored.
  public func encode() -> Bytes {
    var encoder = FieldEncoder()
    encoder.append(Self.format)
    encoder.append(UInt8(primary == nil ? 0 : primaryHeaderBefore == nil ? 1 : 2))
    let store = incarnation.store
    for half in [store.high, store.low, incarnation.number, incarnation.nonce] {
      encoder.append(half)
    }
    if let primaryHeaderBefore, primary != nil { encoder.append(primaryHeaderBefore) }
    let rows = (primary.map { [$0] } ?? []) + secondaries
    encoder.append(UInt32(rows.count))
    for name in rows {
      encoder.append(name.table)
      encoder.append(name.row)
    }
    encoder.append(redo)
    return encoder.finishWithChecksum()
  }

  /// Decodes stored intents; nil when they are damaged, or none that this version knows.
  public init?(decoding bytes: Bytes) {
    guard var decoder = FieldDecoder(checked: bytes), decoder.byte() == Self.format,
      let kind = decoder.byte(), kind <= 2, let incarnation = decoder.incarnation()
    else { return nil }
    self.incarnation = incarnation
    if kind == 2 {
      guard let before = decoder.field() else { return nil }
      primaryHeaderBefore = before
    }
    guard let count: UInt32 = decoder.integer(), count <= decoder.left / 8 else { return nil }
    var rows: [TransactionRow] = []
    for _ in 0..<count {
      guard let table = decoder.text(), let row = decoder.field() else { return nil }
      rows.append(TransactionRow(table: table, row: row))
    }
    guard let redo = decoder.field(), decoder.left == 0, kind == 0 || !rows.isEmpty else {
      return nil
    }
    primary = kind == 0 ? nil : rows.removeFirst()
    secondaries = rows
    self.redo = redo
  }
}

extension FieldDecoder {
  fileprivate mutating func incarnation() -> StoreIncarnation? {
    guard let high: UInt64 = integer(), let low: UInt64 = integer(),
      let number: UInt64 = integer(), let nonce: UInt64 = integer()
    else { return nil }
    return StoreIncarnation(
      store: StoreIdentity(high: high, low: low), number: number, nonce: nonce)
  }
}

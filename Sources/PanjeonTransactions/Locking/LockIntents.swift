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

  /// Whether the transaction depends on rows or ranges that it does not write, known to the primary alone.
  ///
  /// Then it takes its place among others when it looks at them again, which is before it is decided.
  public var dependsOnOthers: Bool

  /// The other rows that the transaction writes, known to the primary alone.
  public var secondaries: [TransactionRow]

  /// The changes to be made once the transaction has been committed, as ``Redo`` encodes them.
  public var redo: Bytes

  /// The life of the store in which the lock was set: in another one its owner lives no more.
  public var incarnation: StoreIncarnation

  /// Creates intents.
  public init(
    primary: TransactionRow? = nil, primaryHeaderBefore: Bytes? = nil,
    dependsOnOthers: Bool = false, secondaries: [TransactionRow] = [], redo: Bytes = Bytes(),
    incarnation: StoreIncarnation = .unknown
  ) {
    self.dependsOnOthers = dependsOnOthers
    self.incarnation = incarnation
    self.primary = primary
    self.primaryHeaderBefore = primaryHeaderBefore
    self.secondaries = secondaries
    self.redo = redo
  }
}

extension LockIntents {
  private static let format: UInt8 = 1

  private enum Kind: UInt8 {
    case primary = 0
    case secondary = 1
    case secondaryWithHeader = 2
    case primaryDependingOnOthers = 3
  }

  private var kind: Kind {
    if primary == nil { return dependsOnOthers ? .primaryDependingOnOthers : .primary }
    return primaryHeaderBefore == nil ? .secondary : .secondaryWithHeader
  }

  /// The intents as they are stored.
  public func encode() -> Bytes {
    var encoder = FieldEncoder()
    encoder.append(Self.format)
    encoder.append(kind.rawValue)
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
      let kind = decoder.byte().flatMap(Kind.init(rawValue:)),
      let incarnation = decoder.incarnation()
    else { return nil }
    self.incarnation = incarnation
    dependsOnOthers = kind == .primaryDependingOnOthers
    if kind == .secondaryWithHeader {
      guard let before = decoder.field() else { return nil }
      primaryHeaderBefore = before
    }
    guard let count: UInt32 = decoder.integer(), count <= decoder.left / 8 else { return nil }
    var rows: [TransactionRow] = []
    for _ in 0..<count {
      guard let table = decoder.text(), let row = decoder.field() else { return nil }
      rows.append(TransactionRow(table: table, row: row))
    }
    let isSecondary = kind == .secondary || kind == .secondaryWithHeader
    guard let redo = decoder.field(), decoder.left == 0, !isSecondary || !rows.isEmpty else {
      return nil
    }
    primary = isSecondary ? rows.removeFirst() : nil
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

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension Lock {
  /// What the header of the primary says of the transaction that owns the lock.
  ///
  /// The transaction can be committed only by who finds the primary locked by it; so another header means that it was not, and
  /// never will be, but for the one that it expects there: then its lock may still be on its way.
  func decision(_ primary: DecidingRow) -> RowLock.Decision {
    guard case .present(let bytes) = primary else { return .aborted }
    let deciding = bytes.flatMap(LockHeader.init(decoding:))
    if let deciding, deciding.isOfSameCommit(as: header) { return deciding.ownDecision }
    if intents.primary != nil, bytes == intents.primaryHeaderBefore { return .undecided }
    // A header of a later version of this library: of whom it is cannot be told.
    return bytes != nil && deciding == nil ? .unknown : .aborted
  }
}

extension LockHeader {
  /// What it says of its transaction, if it is the primary's.
  var ownDecision: RowLock.Decision {
    switch (state, outcome) {
    case (.prewritten, _): .undecided
    case (.committed, _), (.stable, .committed): .committed
    case (.aborted, _), (.stable, _): .aborted
    }
  }
}

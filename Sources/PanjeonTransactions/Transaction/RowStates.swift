// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a transaction knows of a row, and what it wants of it.
struct RowState {
  let name: TransactionRow
  var header = KnownHeader.unknown
  /// Whether the row was read by itself, so that its header must be the same at the commit.
  var isRead = false
  /// Whether the row is known to hold nothing at all, not even cells without a header.
  var isEmpty = false
  /// The changes, in order; nil: it is not written.
  var changes: [Mutation]?

  init(_ name: TransactionRow) {
    self.name = name
  }
}

/// The header that a row was read with, if it was.
enum KnownHeader {
  case unknown
  case absent
  case present(Bytes)

  init(_ header: Bytes?) {
    self = header.map(KnownHeader.present) ?? .absent
  }

  var isKnown: Bool {
    if case .unknown = self { false } else { true }
  }

  /// The header as it is stored; nil when there is none, or none is known.
  var bytes: Bytes? {
    if case .present(let header) = self { header } else { nil }
  }
}

/// The rows that a transaction has met, each once, in the order in which it met them.
///
/// Most transactions meet a handful, and to look through those is cheaper than to hash a name; from then on places are looked up.
struct RowStates {
  private(set) var states: [RowState] = []
  private var places: [TransactionRow: Int] = [:]

  /// How many rows are looked through.
  private static var scannedMax: Int { 8 }

  /// How many rows have a header that is known.
  private(set) var headersKnown = 0

  /// How many rows are written.
  private(set) var written = 0

  /// What is known of a row; nil when it has not been met.
  subscript(name: TransactionRow) -> RowState? {
    place(of: name).map { states[$0] }
  }

  /// The changes of a row; nil when it is not written.
  func changes(of name: TransactionRow) -> [Mutation]? {
    place(of: name).flatMap { states[$0].changes }
  }

  /// The rows that are written.
  var writes: some Sequence<RowState> {
    states.lazy.filter { $0.changes != nil }
  }

  /// Remembers that a row was read by itself.
  mutating func setRead(_ name: TransactionRow) {
    states[placeMade(for: name)].isRead = true
  }

  /// Remembers the header that a row was read with, and whether it was read by itself.
  mutating func setHeader(_ header: Bytes?, of name: TransactionRow, isRead: Bool) {
    let place = placeMade(for: name)
    if !states[place].header.isKnown { headersKnown += 1 }
    states[place].header = KnownHeader(header)
    if isRead { states[place].isRead = true }
  }

  /// Remembers whether a row holds nothing at all.
  mutating func setEmpty(_ isEmpty: Bool, _ name: TransactionRow) {
    states[placeMade(for: name)].isEmpty = isEmpty
  }

  /// Adds changes to those of a row, which is then written even if there are none.
  mutating func append(_ changes: [Mutation], to name: TransactionRow) {
    let place = placeMade(for: name)
    if states[place].changes == nil {
      written += 1
      states[place].changes = changes
    } else {
      states[place].changes?.append(contentsOf: changes)
    }
  }

  /// Takes all but the first `count` changes of a row back; with nil, it is not written any more.
  mutating func shortenChanges(of name: TransactionRow, to count: Int?) {
    guard let place = place(of: name), states[place].changes != nil else { return }
    if let count {
      states[place].changes?.removeSubrange(count...)
    } else {
      states[place].changes = nil
      written -= 1
    }
  }

  private func place(of name: TransactionRow) -> Int? {
    if !places.isEmpty { return places[name] }
    return states.firstIndex { $0.name.row == name.row && $0.name.table == name.table }
  }

  private mutating func placeMade(for name: TransactionRow) -> Int {
    if let known = place(of: name) { return known }
    states.append(RowState(name))
    if states.count > Self.scannedMax {
      // At first all of them; then the last alone.
      for place in places.count..<states.count { places[states[place].name] = place }
    }
    return states.count - 1
  }
}

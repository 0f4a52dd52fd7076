// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension Transaction {
  /// Reads a row that the transaction has written to: what is committed under its own changes.
  mutating func readOverlaid(
    _ name: TransactionRow, _ get: Get, _ changes: [Mutation]
  ) async throws -> RowResult? {
    let schema = try await store.schema(of: name.table)
    let changes = changes.filter { $0.mayConcern(get) }
    var whole = get.withHeader()
    whole.filter = nil
    whole.versionsMax = schema.families.map(\.versionsMax).max() ?? 1
    whole.cellsMax = get.cellsUnder(changes, versionsMax: whole.versionsMax)
    let read = try await read(whole, in: name.table)
    try noteRead(name, read)
    var overlay = RowOverlay(read, schema: schema)
    for change in changes { try overlay.apply(change) }
    return overlay.result(get)
  }
}

extension Get {
  /// How many committed cells must be read for what it returns once changes are applied; nil for all.
  ///
  /// Each change takes one away at the most, where it concerns one column that has one version. One more tells whether more follow, and one is the header.
  fileprivate func cellsUnder(_ changes: [Mutation], versionsMax: Int) -> Int? {
    guard let cellsMax, cellsMax < .max - changes.count - 2, filter == nil, startingAt == nil,
      versionsMax == 1, changes.allSatisfy(\.concernsOneColumn)
    else { return nil }
    return cellsMax + changes.count + 2
  }
}

extension Mutation {
  fileprivate var concernsOneColumn: Bool {
    switch self {
    case .deleteFamily, .deleteFamilyVersion, .deleteRow: false
    default: true
    }
  }

  /// Whether what a read returns may be otherwise after this change.
  fileprivate func mayConcern(_ get: Get) -> Bool {
    // A filter may look at columns that are not selected.
    if get.filter != nil { return true }
    switch self {
    case .put(let column, _, _, _), .increment(let column, _, _), .append(let column, _, _),
      .minimum(let column, _, _), .maximum(let column, _, _), .deleteVersion(let column, _),
      .deleteColumn(let column, _):
      return get.columns.contains(family: column.family, qualifier: column.qualifier)
    case .deleteFamily, .deleteFamilyVersion, .deleteRow: return true
    }
  }
}

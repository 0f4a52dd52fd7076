// SPDX-License-Identifier: Apache-2.0

/// Which of the selected cells a read returns, decided where the cells are.
///
/// A predicate of a cell and its row. It is asked of what the read would return of a row without it, all versions included; what
/// passes counts towards the read's limits, nothing else does. The store skips rows and columns that cannot pass, by row ranges,
/// qualifier ranges and times, without looking at their cells.
///
/// At most ``nodesMax`` filters make one, ``depthMax`` deep. The article *Reading* of the engine says which of HBase's filters is
/// which.
public indirect enum Filter: Hashable, Sendable {
  /// The name of the cell's family passes.
  case family(Comparison)

  /// The cell's qualifier passes.
  case qualifier(Comparison)

  /// The cell's qualifier lies in a range, which must not be inverted.
  case qualifiers(KeyRange)

  /// The cell's value passes.
  case value(Comparison)

  /// The cell's timestamp is not before the first and is before the second, which must not be less; nil is no bound.
  case time(from: Timestamp?, to: Timestamp?)

  /// The cell's timestamp is one of these.
  case timestamps(Set<Timestamp>)

  /// The row's key passes.
  case row(Comparison)

  /// The row's key lies in one of these ranges, none of which may be inverted.
  case rows([KeyRange])

  /// The newest visible value of a column of the row passes, whether or not the column is selected.
  ///
  /// A row that has no such column passes if `ifAbsent` says so.
  case column(Column, Comparison, ifAbsent: Bool = false)

  /// All pass; so does everything when there is none.
  case all([Filter])

  /// One of them passes; nothing does when there is none.
  case any([Filter])

  /// It does not pass.
  case not(Filter)
}

extension Filter {
  /// Of how many filters one is made at the most, itself included: 1,000.
  public static let nodesMax = 1000

  /// How deep filters are nested at the most: 32.
  public static let depthMax = 32

  /// The cells whose qualifier begins with `prefix`.
  public static func qualifierPrefix(_ prefix: Bytes) -> Filter { .qualifiers(.prefix(prefix)) }

  /// The rows whose key begins with `prefix`.
  public static func rowPrefix(_ prefix: Bytes) -> Filter { .rows([.prefix(prefix)]) }

  /// How many filters it is made of, itself included.
  package var nodeCount: Int {
    switch self {
    case .all(let parts), .any(let parts): parts.reduce(1) { $0 + $1.nodeCount }
    case .not(let part): 1 + part.nodeCount
    default: 1
    }
  }

  /// How deep it is nested: one for a filter of no others.
  package var depth: Int {
    switch self {
    case .all(let parts), .any(let parts): 1 + (parts.map(\.depth).max() ?? 0)
    case .not(let part): 1 + part.depth
    default: 1
    }
  }

  /// Whether some of it is decided by the row and not by the cell.
  package var dependsOnRow: Bool {
    switch self {
    case .row, .rows, .column: true
    case .all(let parts), .any(let parts): parts.contains(where: \.dependsOnRow)
    case .not(let part): part.dependsOnRow
    case .family, .qualifier, .qualifiers, .value, .time, .timestamps: false
    }
  }

  /// The columns of the row that it looks at beside the cell.
  package var columns: Set<Column> {
    switch self {
    case .column(let column, _, _): [column]
    case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.columns) }
    case .not(let part): part.columns
    default: []
    }
  }
}

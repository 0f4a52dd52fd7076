// SPDX-License-Identifier: Apache-2.0

/// What makes no sense in a read, whatever the store and the table.
///
/// Limits may be zero, for nothing at all: so what is left of a limit can be handed on.

extension Get {
  /// Checks limits, ranges and the filter.
  ///
  /// Throws `invalidArgument`, or `limitExceeded` for a filter of too many parts.
  package func validate() throws(StoreError) {
    try checkLimit(versionsMax, of: "versions", min: 1)
    try checkLimit(cellsMax, of: "cells", min: 0)
    try columns.validate()
    try filter?.validate()
  }
}

extension Scan {
  /// Checks limits, ranges and the filter.
  ///
  /// Throws `invalidArgument`, or `limitExceeded` for a filter of too many parts.
  package func validate() throws(StoreError) {
    try rows.requireInOrder("the rows of a scan")
    try checkLimit(versionsMax, of: "versions", min: 1)
    try checkLimit(rowsMax, of: "rows", min: 0)
    try checkLimit(cellsPerRowMax, of: "cells of a row", min: 0)
    try checkLimit(cellsMax, of: "cells", min: 0)
    try checkLimit(cellsPerBatchMax, of: "cells at once", min: 1)
    try columns.validate()
    try filter?.validate()
  }
}

private func checkLimit(_ limit: Int?, of what: String, min: Int) throws(StoreError) {
  guard let limit, limit < min else { return }
  throw StoreError(
    .invalidArgument, "a read of at most \(limit) \(what); the limit must be at least \(min)")
}

extension KeyRange {
  /// Refuses a range that stops before it starts.
  ///
  /// Throws `invalidArgument`.
  package func requireInOrder(_ what: @autoclosure () -> String) throws(StoreError) {
    guard isInverted else { return }
    throw StoreError(.invalidArgument, "\(what()), \(self), stop before they start")
  }
}

extension ColumnSelection {
  /// Refuses ranges that stop before they start.
  fileprivate func validate() throws(StoreError) {
    for (family, qualifiers) in families ?? [:] {
      guard case .range(let range) = qualifiers else { continue }
      try range.requireInOrder("the selected qualifiers of family '\(family)'")
    }
  }
}

extension Filter {
  /// Checks the ranges, and of how many parts it is made.
  ///
  /// Throws `invalidArgument`, `limitExceeded`.
  package func validate() throws(StoreError) {
    if nodeCount > Self.nodesMax || depth > Self.depthMax {
      throw StoreError(
        .limitExceeded,
        "a filter of \(nodeCount) filters, \(depth) deep; at most \(Self.nodesMax) and "
          + "\(Self.depthMax) are allowed")
    }
    try requireRangesInOrder()
  }

  private func requireRangesInOrder() throws(StoreError) {
    switch self {
    case .qualifiers(let range): try range.requireInOrder("the qualifiers of a filter")
    case .rows(let ranges):
      for range in ranges { try range.requireInOrder("the rows of a filter") }
    case .time(let from?, let to?) where to < from:
      throw StoreError(
        .invalidArgument, "the times of a filter, \(from) ..< \(to), stop before they start")
    case .all(let parts), .any(let parts):
      for part in parts { try part.requireRangesInOrder() }
    case .not(let part): try part.requireRangesInOrder()
    case .family, .qualifier, .value, .time, .timestamps, .row, .column: break
    }
  }
}

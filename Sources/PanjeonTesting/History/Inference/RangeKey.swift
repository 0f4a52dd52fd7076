// SPDX-License-Identifier: Apache-2.0

/// A range, with all ids that were inserted into it and all scans.
struct RangeKey {
  /// An id, who inserts and who deletes it.
  struct Entry {
    var id: Int32
    var insert: History.Write
    var delete: History.Write?
  }

  /// A scan.
  struct Scan {
    var transaction: Int32
    var step: Int
  }

  let name: Int32
  /// In the order in which the inserting transactions began.
  var entries: [Entry] = []
  var scans: [Scan] = []
}

/// A scan without an id that was inserted and deleted: it came before the one or after the other.
struct OpenScan {
  var range: Int32
  var id: Int32
  var scan: Int32
  var insert: Int32
  var delete: Int32
  /// The order that settles it, where that order counts.
  var settledBy: Dependency
}

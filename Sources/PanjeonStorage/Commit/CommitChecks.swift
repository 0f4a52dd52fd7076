// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a commit depends on, and since when it is known to hold.
///
/// The conditions themselves have been evaluated against memtables and SSTables; the sequencer only asks
/// whether one of these rows or ranges has been written since.
package struct CommitChecks: Sendable {
  package struct Row: Sendable {
    package var tableID: UInt32
    package var hash: UInt64
  }

  package struct Range: Sendable {
    package var tableID: UInt32
    package var rows: KeyRange
    /// The place of the range in the batch the client gave.
    package var index: Int
  }

  /// The tables that rows and ranges were looked up in.
  package var tables: [TableHandle] = []
  package var rows: [Row] = []
  package var ranges: [Range] = []

  /// The sequence at which the rows' conditions were evaluated.
  package var rowsHoldAt: UInt64 = 0

  /// The sequence since which the ranges are known to be unchanged.
  package var rangesHoldAt: UInt64 = 0
}

/// How the sequencer answers.
package enum SequencerAnswer: Sendable {
  /// The commit has reached its durability and is visible.
  case committed

  /// The regions of a table have changed since the batch was resolved: resolve it again.
  case regionsChanged

  /// A row was written since its condition was evaluated, or the window does not reach back: check again.
  case stale

  /// A range was written to since the snapshot.
  case rangeChanged(index: Int, row: RowKey)

  /// The window does not reach back to when the ranges were last known to hold: check them against tables.
  case rangesOutsideWindow

  /// There was no room in the log's queue; there may be now.
  case roomMade

  /// The store no longer takes commits, or the commit's outcome is unknown.
  case failed(StoreError)

  /// The log failed with the commit in it.
  package static func unknownOutcome(_ cause: StoreError?) -> SequencerAnswer {
    .failed(
      StoreError(
        .unknownOutcome,
        "the log failed before the commit was known to be durable; read to find out", cause: cause))
  }

  /// Whether the batch need not be checked again.
  package var isFinal: Bool {
    switch self {
    case .committed, .rangeChanged, .failed: true
    case .regionsChanged, .stale, .rangesOutsideWindow, .roomMade: false
    }
  }
}

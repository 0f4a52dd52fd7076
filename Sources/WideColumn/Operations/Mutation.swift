// SPDX-License-Identifier: Apache-2.0

/// One change to a row.
///
/// A delete hides cells whose timestamp is not greater than its own **and** that were written before it;
/// a put after a delete is always visible, whatever its timestamp (unlike HBase's default).
public enum Mutation: Hashable, Sendable {
  /// Writes one version of a column; a nil timestamp is assigned by the store when it orders the write.
  case put(Column, timestamp: Timestamp?, value: Bytes)

  /// Deletes exactly one version of a column.
  case deleteVersion(Column, timestamp: Timestamp)

  /// Deletes the versions of a column up to a timestamp; nil means all there are.
  case deleteColumn(Column, upTo: Timestamp?)

  /// Deletes the columns of a family up to a timestamp; nil means all there are.
  case deleteFamily(String, upTo: Timestamp?)

  /// Deletes every family of the row but `!lock!` up to a timestamp; nil means all there are.
  case deleteRow(upTo: Timestamp?)
}

// SPDX-License-Identifier: Apache-2.0

/// One change to a row.
///
/// A delete hides cells whose timestamp is not greater than its own **and** that were written before it;
/// a put after a delete is always visible, whatever its timestamp (unlike HBase's default).
public enum Mutation: Hashable, Sendable {
  /// Writes one version of a column; a nil timestamp is assigned by the store when it orders the write.
  ///
  /// With a `timeToLive`, of one microsecond or more, reads find the version no more once that time has passed since its
  /// timestamp. It can only shorten what the family allows (``ColumnFamily/timeToLive``).
  case put(Column, timestamp: Timestamp?, value: Bytes, timeToLive: Duration? = nil)

  /// Adds to the integer in a column: eight bytes, big-endian, two's complement; zero when the column is absent.
  ///
  /// The sum becomes the column's newest version; with a timestamp it bears that one, or one more than the version before it if
  /// that was newer. Throws `invalidArgument` when the value has another length or the sum leaves the range of 64 bits.
  /// HBase's Increment.
  case increment(Column, by: Int64, timestamp: Timestamp? = nil)

  /// Appends bytes to the value of a column; to nothing when the column is absent.
  ///
  /// The result becomes the column's newest version, as that of ``increment(_:by:timestamp:)`` does. HBase's Append.
  case append(Column, Bytes, timestamp: Timestamp? = nil)

  /// Makes the integer in a column the smaller of itself and another one; that one when the column is absent.
  ///
  /// The result becomes the column's newest version, changed or not, and throws as ``increment(_:by:timestamp:)``. FoundationDB's
  /// MIN.
  case minimum(Column, Int64, timestamp: Timestamp? = nil)

  /// Makes the integer in a column the greater of itself and another one; that one when the column is absent.
  ///
  /// As ``minimum(_:_:timestamp:)``. FoundationDB's MAX.
  case maximum(Column, Int64, timestamp: Timestamp? = nil)

  /// Deletes exactly one version of a column.
  case deleteVersion(Column, timestamp: Timestamp)

  /// Deletes the versions of a column up to a timestamp; nil means all there are.
  case deleteColumn(Column, upTo: Timestamp?)

  /// Deletes the columns of a family up to a timestamp; nil means all there are.
  case deleteFamily(String, upTo: Timestamp?)

  /// Deletes exactly one version of every column of a family: that of a timestamp.
  case deleteFamilyVersion(String, timestamp: Timestamp)

  /// Deletes every family of the row but `!lock!` up to a timestamp; nil means all there are.
  case deleteRow(upTo: Timestamp?)
}

extension Mutation {
  /// The family that the change concerns; nil for a whole row.
  package var family: String? {
    switch self {
    case .put(let column, _, _, _), .increment(let column, _, _), .append(let column, _, _),
      .minimum(let column, _, _), .maximum(let column, _, _), .deleteVersion(let column, _),
      .deleteColumn(let column, _):
      column.family
    case .deleteFamily(let name, _), .deleteFamilyVersion(let name, _): name
    case .deleteRow: nil
    }
  }
}

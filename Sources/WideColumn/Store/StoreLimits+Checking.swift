// SPDX-License-Identifier: Apache-2.0

extension StoreLimits {
  /// Refuses a key of no bytes, or of too many.
  @inlinable
  package func check(row: Bytes) throws(StoreError) {
    if row.isEmpty { throw StoreError(.invalidArgument, "a row key of no bytes") }
    if row.count > rowKeyBytesMax {
      throw StoreError(
        .limitExceeded, "a row key of \(row.count) bytes; at most \(rowKeyBytesMax) are allowed")
    }
  }

  /// Refuses a qualifier of too many bytes.
  @inlinable
  package func check(qualifier: Bytes) throws(StoreError) {
    if qualifier.count > qualifierBytesMax {
      throw StoreError(
        .limitExceeded,
        "a qualifier of \(qualifier.count) bytes; at most \(qualifierBytesMax) are allowed")
    }
  }

  /// Refuses a value of too many bytes.
  @inlinable
  package func check(value: Bytes) throws(StoreError) {
    if value.count > valueBytesMax {
      throw StoreError(
        .limitExceeded, "a value of \(value.count) bytes; at most \(valueBytesMax) are allowed")
    }
  }

  /// Refuses a condition that compares too many bytes.
  @inlinable
  package func check(comparand: Bytes) throws(StoreError) {
    if comparand.count > comparandBytesMax {
      throw StoreError(
        .limitExceeded,
        "a condition that compares \(comparand.count) bytes; at most \(comparandBytesMax) are allowed"
      )
    }
  }
}

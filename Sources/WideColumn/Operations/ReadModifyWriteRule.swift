// SPDX-License-Identifier: Apache-2.0

/// How a change makes a column's new value from its old one.
///
/// The name is Bigtable's.
package struct ReadModifyWriteRule {
  private enum Operation {
    case add(Int64), append(Bytes), minimum(Int64), maximum(Int64)
  }

  /// The column that is read and written.
  package let column: Column

  /// The timestamp of the result, unless the version before it is newer; nil: assigned by the store.
  package let timestamp: Timestamp?

  private let operation: Operation

  /// The new value of the column.
  ///
  /// - Parameter value: The old one; nil when the column is absent.
  /// - Returns: The new one.
  /// - Throws: `invalidArgument` when the value is no integer though it must be, or a sum leaves 64 bits.
  package func apply(to value: Bytes?) throws(StoreError) -> Bytes {
    switch operation {
    case .append(let bytes): return Bytes(Array(value ?? Bytes()) + Array(bytes))
    case .add(let amount): return try Self.sum(try Self.integer(value) ?? 0, amount).counterValue
    case .minimum(let other): return min(try Self.integer(value) ?? other, other).counterValue
    case .maximum(let other): return max(try Self.integer(value) ?? other, other).counterValue
    }
  }

  private static func integer(_ value: Bytes?) throws(StoreError) -> Int64? {
    guard let value else { return nil }
    if let number = Int64(counterValue: value) { return number }
    throw StoreError(
      .invalidArgument, "its value of \(value.count) bytes is no integer, which has eight")
  }

  private static func sum(_ number: Int64, _ amount: Int64) throws(StoreError) -> Int64 {
    let (sum, overflow) = number.addingReportingOverflow(amount)
    if !overflow { return sum }
    throw StoreError(.invalidArgument, "\(number) + \(amount) leaves the range of 64 bits")
  }
}

extension ReadModifyWriteRule {
  /// The rule of a change; nil for a change that does not depend on what the column holds.
  package init?(_ mutation: Mutation) {
    switch mutation {
    case .increment(let column, let amount, let timestamp):
      self.init(column: column, timestamp: timestamp, operation: .add(amount))
    case .append(let column, let bytes, let timestamp):
      self.init(column: column, timestamp: timestamp, operation: .append(bytes))
    case .minimum(let column, let number, let timestamp):
      self.init(column: column, timestamp: timestamp, operation: .minimum(number))
    case .maximum(let column, let number, let timestamp):
      self.init(column: column, timestamp: timestamp, operation: .maximum(number))
    case .put, .deleteVersion, .deleteColumn, .deleteFamily, .deleteFamilyVersion, .deleteRow:
      return nil
    }
  }
}

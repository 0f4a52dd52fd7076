// SPDX-License-Identifier: Apache-2.0

/// The name of a value that belongs to one attempt of a transaction.
///
/// ```swift
/// enum ChangedCouples: TransactionKey {
///   static var defaultValue: Set<String> { [] }
/// }
/// transaction[ChangedCouples.self].insert("couple 1")
/// ```
public protocol TransactionKey {
  /// What is kept under the name.
  associatedtype Value

  /// What is there before anything is set.
  static var defaultValue: Value { get }
}

extension Transaction {
  /// A value of this attempt: what layers above have to remember until the commit, without handing it through every call.
  ///
  /// It is not stored, and begins anew with each attempt.
  public subscript<Key: TransactionKey>(key: Key.Type) -> Key.Value {
    get { values[ObjectIdentifier(key)] as? Key.Value ?? Key.defaultValue }
    _modify {
      // Taken out, lest what is changed in place be copied.
      var value =
        values.removeValue(forKey: ObjectIdentifier(key)) as? Key.Value ?? Key.defaultValue
      defer { values[ObjectIdentifier(key)] = value }
      yield &value
    }
  }
}

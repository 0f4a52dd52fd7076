// SPDX-License-Identifier: Apache-2.0

/// A state that registers take again and again, with what makes it another value each time: `"73/1234"` is a balance of 73,
/// written by transaction 1234.
enum StateValue {
  /// The value of a state that a transaction writes; those that come first have numbers below zero.
  static func value(_ state: some CustomStringConvertible, by number: Int) -> Scalar {
    .string("\(state)/\(number)")
  }

  /// The state in a value.
  static func state(_ value: Scalar) -> Substring? {
    guard case .string(let text) = value else { return nil }
    return text.split(separator: "/", maxSplits: 1).first
  }

  /// The state that an operation has read, if it is a read that found one.
  static func read(_ operation: MicroOperation) -> Substring? {
    guard case .read(_, .register(let value)?) = operation else { return nil }
    return state(value)
  }

  /// The number that an operation has read.
  static func number(_ operation: MicroOperation) -> Int? {
    read(operation).flatMap { Int($0) }
  }
}

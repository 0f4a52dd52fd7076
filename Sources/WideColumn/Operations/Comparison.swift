// SPDX-License-Identifier: Apache-2.0

/// A test of some bytes: of a value, a qualifier, a row key.
///
/// HBase's comparators with its operators. Where HBase has regular expressions there is nothing: they would be run on every
/// cell of a scan.
public enum Comparison: Hashable, Sendable {
  /// How two things are ordered.
  public enum Operator: UInt8, Hashable, Sendable, CaseIterable {
    /// Less than.
    case less
    /// Less than or equal.
    case lessOrEqual
    /// Equal.
    case equal
    /// Not equal.
    case notEqual
    /// Greater than or equal.
    case greaterOrEqual
    /// Greater than.
    case greater
  }

  /// How two byte strings of the same length are joined bit by bit.
  public enum BitOperation: UInt8, Hashable, Sendable, CaseIterable {
    /// Bits that are set in both.
    case and
    /// Bits that are set in one or both.
    case or
    /// Bits that are set in one of them.
    case xor
  }

  /// The bytes, compared with others by unsigned byte, the shorter first on a tie.
  case bytes(Operator, Bytes)

  /// The integer of eight big-endian bytes, compared with another; nothing of another length fits.
  case integer(Operator, Int64)

  /// The bytes begin with others.
  case prefix(Bytes)

  /// The bytes contain others.
  case contains(Bytes)

  /// The bytes, joined bit by bit with others of the same length, are not all zero.
  case bits(BitOperation, Bytes)

  /// Whether the bytes pass.
  public func isMet(by bytes: Bytes) -> Bool {
    unsafe bytes.withUnsafeBytes { unsafe isMet(by: $0) }
  }

  /// Whether the bytes pass.
  package func isMet(by bytes: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .bytes(let operation, let other):
      return unsafe other.withUnsafeBytes { unsafe operation.isMet(by: compareBytes(bytes, $0)) }
    case .integer(let operation, let other):
      guard bytes.count == 8 else { return false }
      let value = unsafe Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
      return operation.isMet(by: value < other ? -1 : value == other ? 0 : 1)
    case .prefix(let prefix): return unsafe bytes.starts(with: prefix)
    case .contains(let part): return unsafe Self.contains(bytes, part)
    case .bits(let operation, let mask):
      return unsafe mask.withUnsafeBytes { unsafe Self.isAnyBitSet(bytes, operation, $0) }
    }
  }

  /// The bytes compared with; their length is limited in conditions.
  package var comparand: Bytes {
    switch self {
    case .bytes(_, let bytes), .prefix(let bytes), .contains(let bytes), .bits(_, let bytes): bytes
    case .integer: Bytes()
    }
  }

  private static func contains(_ bytes: UnsafeRawBufferPointer, _ part: Bytes) -> Bool {
    if part.isEmpty { return true }
    guard bytes.count >= part.count else { return false }
    return unsafe part.withUnsafeBytes { part in
      for start in 0...(bytes.count - part.count) {
        let window = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<(start + part.count)])
        if unsafe compareBytes(window, part) == 0 { return true }
      }
      return false
    }
  }

  private static func isAnyBitSet(
    _ left: UnsafeRawBufferPointer, _ operation: BitOperation, _ right: UnsafeRawBufferPointer
  ) -> Bool {
    guard left.count == right.count else { return false }
    for index in 0..<left.count {
      let joined =
        switch operation {
        case .and: unsafe left[index] & right[index]
        case .or: unsafe left[index] | right[index]
        case .xor: unsafe left[index] ^ right[index]
        }
      if joined != 0 { return true }
    }
    return false
  }
}

extension Comparison.Operator {
  /// Whether an order, negative for less and positive for greater, is the one asked for.
  package func isMet(by order: Int) -> Bool {
    switch self {
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .equal: order == 0
    case .notEqual: order != 0
    case .greaterOrEqual: order >= 0
    case .greater: order > 0
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// When a table's regions are split, and where they may be.
///
/// HBase's policies: constant size, stepping, increasing to an upper bound, key prefix, delimited key prefix, disabled.
/// Never is a row cut in two.
public struct SplitPolicy: Hashable, Sendable {
  /// When a region is split without being asked.
  public enum Trigger: Hashable, Sendable {
    /// Never, and nobody may split it by hand either.
    case disabled

    /// Never; only by hand.
    case manual

    /// When it holds more than `bytesMax`.
    case constantSize(bytesMax: Int)

    /// When it holds more than two memtables while it is its table's only one, then when it holds more than `bytesMax`.
    case stepping(bytesMax: Int)

    /// When it holds more than two memtables times the cube of the number of the table's regions, or `bytesMax`.
    case increasing(bytesMax: Int)
  }

  /// Which rows must stay in one region.
  public enum Grouping: Hashable, Sendable {
    /// None: a split may come before any row.
    case none

    /// Those that have the same first `bytes` bytes.
    case prefix(bytes: Int)

    /// Those that are the same up to and including the first `delimiter`.
    case delimiter(UInt8)
  }

  /// When a region is split without being asked.
  public var trigger: Trigger

  /// Which rows must stay in one region.
  public var grouping: Grouping

  /// Creates a policy.
  public init(_ trigger: Trigger, grouping: Grouping = .none) {
    self.trigger = trigger
    self.grouping = grouping
  }

  /// What tables get that name no policy: increasing up to 10 GiB.
  public static let `default` = SplitPolicy(.increasing(bytesMax: 10 << 30))

  /// Splits by hand only.
  public static let manual = SplitPolicy(.manual)

  /// No splits at all.
  public static let disabled = SplitPolicy(.disabled)

  /// The first of the rows that must stay together with `row`, as far as its key tells.
  public func groupStart(of row: Bytes) -> Bytes {
    switch grouping {
    case .none: row
    case .prefix(let bytes): row.count <= bytes ? row : row[0..<max(0, bytes)]
    case .delimiter(let delimiter):
      row.firstIndex(of: delimiter).map { row[0..<($0 + 1)] } ?? row
    }
  }

  /// The size beyond which a region is split; nil when size does not matter.
  ///
  /// - Parameters:
  ///   - regions: How many regions the table has.
  ///   - memtableBytes: The size at which a memtable is flushed.
  /// - Returns: The size, in bytes.
  public func bytesMax(regions: Int, memtableBytes: Int) -> Int? {
    let two = memtableBytes.multipliedReportingOverflow(by: 2).partialValue
    switch trigger {
    case .disabled, .manual: return nil
    case .constantSize(let bytesMax): return bytesMax
    case .stepping(let bytesMax): return regions <= 1 ? min(two, bytesMax) : bytesMax
    case .increasing(let bytesMax):
      // Beyond 4096 regions the cube leaves the range of any bound.
      let count = min(regions, 4096)
      let (grown, overflow) = two.multipliedReportingOverflow(by: count * count * count)
      return overflow ? bytesMax : min(grown, bytesMax)
    }
  }
}

extension SplitPolicy: CustomStringConvertible {
  /// The policy in words: "increasing to 10737418240 bytes, rows with the same first 8 bytes together".
  public var description: String {
    let when =
      switch trigger {
      case .disabled: "disabled"
      case .manual: "manual"
      case .constantSize(let bytesMax): "constant size of \(bytesMax) bytes"
      case .stepping(let bytesMax): "stepping to \(bytesMax) bytes"
      case .increasing(let bytesMax): "increasing to \(bytesMax) bytes"
      }
    switch grouping {
    case .none: return when
    case .prefix(let bytes): return "\(when), rows with the same first \(bytes) bytes together"
    case .delimiter(let delimiter):
      return "\(when), rows with the same bytes up to '\(Bytes([delimiter]))' together"
    }
  }
}

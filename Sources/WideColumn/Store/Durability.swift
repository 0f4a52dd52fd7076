// SPDX-License-Identifier: Apache-2.0

/// What a write survives once it is acknowledged.
public enum Durability: UInt8, Hashable, Sendable, CaseIterable, Comparable {
  /// Nothing: the write is in the process's memory and will reach the log soon.
  ///
  /// After a crash a prefix of the writes remains, without gaps.
  case memory = 0

  /// The death of the process: the write has been handed to the operating system.
  case operatingSystem = 1

  /// Loss of power: the write has been synced to the disk.
  case disk = 2

  /// Whether `left` promises less than `right`.
  public static func < (left: Durability, right: Durability) -> Bool {
    left.rawValue < right.rawValue
  }
}

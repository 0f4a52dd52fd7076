// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// Gets of a region and the Bloom filters that they asked, counted together: one atomic addition a Get.
///
/// Three counts share one word. Whoever makes one of them reach half of its room moves them all into wide ones; what others
/// add meanwhile has the other half.
package final class LookupCounters: Sendable {
  package struct Counts: Hashable, Sendable {
    package var gets: UInt64 = 0
    package var filterChecks: UInt64 = 0
    package var filterRejections: UInt64 = 0

    package init() {}

    package mutating func add(_ other: Counts) {
      gets += other.gets
      filterChecks += other.filterChecks
      filterRejections += other.filterRejections
    }
  }

  /// Gets in the upper 20 bits, rejections in the next 22, checks in the lowest 22.
  private static var countBits: UInt64 { 22 }
  private static var countMask: UInt64 { 1 << 22 - 1 }
  private static var halfFull: UInt64 { 1 << 21 | 1 << 43 | 1 << 63 }

  private let packed = Atomic<UInt64>(0)
  private let wide = Mutex(Counts())

  package init() {}

  /// Counts a lookup; `gets` is 1, or 0 when it was for something else.
  package func add(gets: UInt64, _ tally: FilterTally) {
    let checks = UInt64(tally.checks)
    let rejections = UInt64(tally.rejections)
    let word = gets << (2 * Self.countBits) | rejections << Self.countBits | checks
    if word == 0 { return }
    let sum = packed.wrappingAdd(word, ordering: .relaxed).newValue
    if sum & Self.halfFull != 0 { _ = counts }
  }

  /// What has been counted.
  package var counts: Counts {
    wide.withLock { wide in
      let word = packed.exchange(0, ordering: .relaxed)
      wide.gets += word >> (2 * Self.countBits)
      wide.filterRejections += word >> Self.countBits & Self.countMask
      wide.filterChecks += word & Self.countMask
      return wide
    }
  }
}

/// The Bloom filters that one lookup has asked.
package struct FilterTally: Hashable, Sendable {
  /// How many; a group has far fewer files than fit.
  package var checks: UInt16 = 0
  /// How many of them said that the row is not there.
  package var rejections: UInt16 = 0

  package init() {}

  /// Whether something that a read asks for may be in a table: by its rows, its age, and its filter, which is counted.
  package mutating func asks(
    _ table: Table, _ probe: RowProbe, row: UnsafeRawBufferPointer
  ) -> Bool {
    guard unsafe table.contains(row), table.isAsYoung(as: probe.leastTimestamp) else {
      return false
    }
    var mayHold = table.file.mayContain(rowHash: probe.hash)
    if mayHold, let columns = probe.columns {
      mayHold = table.file.mayContain(oneOfColumns: columns)
    }
    // Far more files than any group has would be counted as that many.
    if checks < .max {
      checks += 1
      if !mayHold { rejections += 1 }
    }
    return mayHold
  }
}

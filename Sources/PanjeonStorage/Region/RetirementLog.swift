// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// When the MANIFEST may forget a retired region: when no segment of the log that is still needed has a record of it.
package final class RetirementLog: Sendable {
  private struct Retirement: Sendable {
    var id: UInt64
    /// The last sequence that a record of the region can have.
    var lastSequence: UInt64
    /// The last segment that can hold such a record, once they all are written.
    var lastLogNumber: UInt64?
  }

  private let retirements: Mutex<[Retirement]>

  /// Regions that were retired before the store was opened: all that the log has of them stands in old segments.
  package init(_ regions: [RetiredRegion], lastLogNumber: UInt64) {
    retirements = Mutex(
      regions.map { Retirement(id: $0.id, lastSequence: 0, lastLogNumber: lastLogNumber) })
  }

  /// Under the sequencer's lock, as the region is retired.
  package func add(_ id: UInt64, lastSequence: UInt64) {
    retirements.withLock { $0.append(Retirement(id: id, lastSequence: lastSequence)) }
  }

  /// The regions that can be forgotten when recovery begins at a segment.
  ///
  /// - Parameters:
  ///   - needed: The oldest segment that is needed.
  ///   - writtenThrough: The last sequence that is in the log.
  ///   - logNumber: A segment that is not older than the one which holds it.
  /// - Returns: Their numbers.
  package func forgettable(
    below needed: UInt64, writtenThrough: UInt64, logNumber: UInt64
  ) -> [UInt64] {
    retirements.withLock { retirements in
      for index in retirements.indices
      where retirements[index].lastLogNumber == nil
        && retirements[index].lastSequence <= writtenThrough
      {
        retirements[index].lastLogNumber = logNumber
      }
      return retirements.filter { $0.lastLogNumber.map { $0 < needed } ?? false }.map(\.id)
    }
  }

  package func remove(_ ids: [UInt64]) {
    retirements.withLock { $0.removeAll { ids.contains($0.id) } }
  }
}

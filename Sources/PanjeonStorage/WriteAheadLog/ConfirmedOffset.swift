// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// How much of a segment is on disk, as the ends of its syncs tell; whoever frames chunks reads it.
///
/// It rises no more once a sync has failed: a later one may succeed without the pages that the system could not write, and a
/// chunk that called them synced would turn what a power cut takes into damage.
final class ConfirmedOffset: Sendable {
  private let offset = AtomicNumber(0)
  private let hasFailed = AtomicNumber(0)

  var value: UInt64 { offset.value }

  /// Notes the end of a sync of all before an offset; they come one at a time, in order.
  func note(_ result: Result<Void, StoreError>, _ synced: UInt64) {
    switch result {
    case .success: if hasFailed.value == 0 { offset.raise(to: synced) }
    case .failure: hasFailed.store(1)
    }
  }
}

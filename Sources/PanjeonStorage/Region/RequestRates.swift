// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How many requests a second each region gets, smoothed over about a minute.
package final class RequestRates: Sendable {
  private struct Sample: Sendable {
    var requests: UInt64
    var atNanoseconds: UInt64
    var perSecond: Double?
  }

  /// The weight that a sample keeps after a minute is 1/e.
  private static let memorySeconds = 60.0

  /// What is counted for less time says nothing.
  private static let intervalSecondsMin = 1.0

  private let samples = Mutex<[UInt64: Sample]>([:])

  package init() {}

  /// Takes a sample of the counters of all regions.
  package func sample(_ regions: [Region], atNanoseconds now: UInt64) {
    samples.withLock { samples in
      var next: [UInt64: Sample] = [:]
      for region in regions {
        let requests = region.metrics.requests
        next[region.id] = Self.following(samples[region.id], requests, now)
      }
      samples = next
    }
  }

  private static func following(_ last: Sample?, _ requests: UInt64, _ now: UInt64) -> Sample {
    guard let last, now >= last.atNanoseconds, requests >= last.requests else {
      return Sample(requests: requests, atNanoseconds: now, perSecond: nil)
    }
    let seconds = Double(now - last.atNanoseconds) / 1e9
    if seconds < intervalSecondsMin { return last }
    let recent = Double(requests - last.requests) / seconds
    guard let known = last.perSecond else {
      return Sample(requests: requests, atNanoseconds: now, perSecond: recent)
    }
    let weight = min(1, seconds / memorySeconds)
    return Sample(
      requests: requests, atNanoseconds: now, perSecond: known + (recent - known) * weight)
  }

  /// The hot regions of a table; none while the rate of one of its regions is not known.
  package func hotRegions(of table: TableHandle) -> Set<UInt64> {
    let known = table.regions.compactMap { region in
      perSecond(region.id).map { (id: region.id, requestsPerSecond: $0) }
    }
    return known.count == table.regions.count ? HotRegions().find(known) : []
  }

  /// Requests a second of a region; nil before its second sample.
  package func perSecond(_ region: UInt64) -> Double? {
    samples.withLock { $0[region]?.perSecond }
  }
}

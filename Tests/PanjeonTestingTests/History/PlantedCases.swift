// SPDX-License-Identifier: Apache-2.0

/// Small histories with one anomaly each, written by hand.
enum PlantedCases {
  typealias Case = PlantedAnomalyTests.Case

  static let all = lists + registers + ranges
}

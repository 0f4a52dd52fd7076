// SPDX-License-Identifier: Apache-2.0

/// Some of a store's volumes, by their places in its list.
package struct VolumeSet: OptionSet, Hashable, Sendable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  package init(place: Int) { rawValue = 1 << UInt64(place) }

  /// The places.
  package var places: [Int] { (0..<64).filter { rawValue >> UInt64($0) & 1 == 1 } }

  /// All its subsets, itself and the empty one among them.
  package var subsets: [VolumeSet] {
    places.reduce([[]]) { sets, place in
      sets + sets.map { $0.union(VolumeSet(place: place)) }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// Where a volume stands, as far as an attribute tells volumes apart: its zone, its rack in its zone, or itself.
package struct VolumePlace: Hashable, Sendable {
  package let attribute: PlacementPolicy.Attribute
  package let zone: String
  /// Empty if the place is a zone.
  package let rack: String
  /// Empty unless the place is a volume.
  package let name: String

  package init(_ volume: Volume, by attribute: PlacementPolicy.Attribute) {
    self.attribute = attribute
    zone = volume.zone
    rack = attribute == .zone ? "" : volume.rack
    name = attribute == .volume ? volume.name : ""
  }

  /// Its name in quotes; a rack's has its zone, unless that is the one that nobody names.
  package var quoted: String {
    switch attribute {
    case .zone: "'\(zone)'"
    case .rack: zone == "1" ? "'\(rack)'" : "'\(rack)' of zone '\(zone)'"
    case .volume: "'\(name)'"
    }
  }
}

extension VolumePlace: Comparable {
  package static func < (left: VolumePlace, right: VolumePlace) -> Bool {
    (left.zone, left.rack, left.name) < (right.zone, right.rack, right.name)
  }
}

extension PlacementPolicy.Attribute {
  /// Whether each of its places lies within one place of the other attribute: a volume in a rack, a rack in a zone.
  func isWithin(_ other: Self) -> Bool {
    switch (self, other) {
    case (.volume, _), (.rack, .rack), (_, .zone): true
    default: false
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// The deletes of a family of a row that a snapshot lets through.
package struct FamilyDeletes {
  /// What they do to the puts of one timestamp.
  package struct Effect {
    /// Puts of a lower sequence are hidden; zero for none.
    package var hiddenBelow: UInt64 = 0

    /// The first delete of this version of all columns that came after the put; zero for none.
    package var versionDelete: UInt64 = 0

    package init() {}
  }

  private struct Marker {
    var timestamp: Int64
    var sequence: UInt64
  }

  /// From the greatest timestamp down.
  private var markers: [Marker] = []
  private var versionMarkers: [Marker] = []

  package init() {}

  package var isEmpty: Bool { markers.isEmpty && versionMarkers.isEmpty }

  package mutating func removeAll() {
    markers.removeAll(keepingCapacity: true)
    versionMarkers.removeAll(keepingCapacity: true)
  }

  /// Adds a marker; quickest in the order of keys, from the greatest timestamp down.
  package mutating func append(timestamp: Int64, sequence: UInt64, kind: UInt8) {
    let marker = Marker(timestamp: timestamp, sequence: sequence)
    if kind == CellKind.deleteFamilyVersion.rawValue {
      Self.insert(marker, into: &versionMarkers)
    } else {
      Self.insert(marker, into: &markers)
    }
  }

  private static func insert(_ marker: Marker, into markers: inout [Marker]) {
    var place = markers.count
    while place > 0, markers[place - 1].timestamp < marker.timestamp { place -= 1 }
    markers.insert(marker, at: place)
  }

  /// Adds a marker unless one before hides all that it does: for a reader of one moment, in the order of keys.
  ///
  /// So that a family which is deleted again and again costs no more than one that was deleted once.
  package mutating func appendIfEffective(timestamp: Int64, sequence: UInt64, kind: UInt8) {
    if kind == CellKind.deleteFamily.rawValue, let last = markers.last, last.sequence >= sequence {
      return
    }
    append(timestamp: timestamp, sequence: sequence, kind: kind)
  }

  /// What the markers that are not above `snapshot` do to a put.
  @inline(always)
  package func effect(
    onTimestamp timestamp: Int64, sequence: UInt64, at snapshot: UInt64 = .max
  ) -> Effect {
    var effect = Effect()
    for marker in markers {
      if marker.timestamp < timestamp { break }
      if marker.sequence <= snapshot {
        effect.hiddenBelow = max(effect.hiddenBelow, marker.sequence)
      }
    }
    if versionMarkers.isEmpty { return effect }
    for marker in versionMarkers[firstVersionMarker(notAbove: timestamp)...] {
      if marker.timestamp < timestamp { break }
      if marker.sequence <= snapshot {
        effect.versionDelete = ColumnRule.first(
          effect.versionDelete, marker.sequence, after: sequence)
      }
    }
    return effect
  }

  private func firstVersionMarker(notAbove timestamp: Int64) -> Int {
    var low = 0
    var high = versionMarkers.count
    while low < high {
      let middle = (low + high) / 2
      if versionMarkers[middle].timestamp > timestamp { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

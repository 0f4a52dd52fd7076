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
    var isOfVersion: Bool
  }

  private var markers: [Marker] = []

  package init() {}

  package var isEmpty: Bool { markers.isEmpty }

  package mutating func removeAll() {
    markers.removeAll(keepingCapacity: true)
  }

  package mutating func append(timestamp: Int64, sequence: UInt64, kind: UInt8) {
    markers.append(
      Marker(
        timestamp: timestamp, sequence: sequence,
        isOfVersion: kind == CellKind.deleteFamilyVersion.rawValue))
  }

  /// What the markers that are not above `snapshot` do to a put.
  @inline(always)
  package func effect(
    onTimestamp timestamp: Int64, sequence: UInt64, at snapshot: UInt64 = .max
  ) -> Effect {
    var effect = Effect()
    for marker in markers where marker.timestamp >= timestamp && marker.sequence <= snapshot {
      if !marker.isOfVersion {
        effect.hiddenBelow = max(effect.hiddenBelow, marker.sequence)
      } else if marker.timestamp == timestamp {
        effect.versionDelete = ColumnRule.first(
          effect.versionDelete, marker.sequence, after: sequence)
      }
    }
    return effect
  }
}

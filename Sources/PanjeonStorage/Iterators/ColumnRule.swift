// SPDX-License-Identifier: Apache-2.0

/// The rule of what a read sees of one column; the article *ReadPath* states it in words.
///
/// Fed with the column's cells in their order (timestamp and then sequence, both descending), only those that the
/// snapshot lets through. Readers and the compaction filter share it, so that a compaction cannot change a read.
package struct ColumnRule {
  package enum Verdict {
    /// The read returns the put.
    case visible

    /// A delete of its family or column hides it, or a newer put of its timestamp replaces it.
    case hidden

    /// As many versions as the family keeps come before it.
    case surplus

    /// A marker deletes this one version; it still takes its place among the versions kept.
    case deletedVersion
  }

  private let versionsMax: Int
  private var columnDelete: UInt64 = 0
  private var timestamp: Int64 = .max
  private var hasGroup = false
  private var versionDelete: UInt64 = 0
  private var isGroupDecided = false
  private var visibleVersions = 0
  private var deletedVersions: [UInt64] = []

  /// Creates the rule for a column of a family that keeps `versionsMax` versions.
  package init(versionsMax: Int) {
    self.versionsMax = versionsMax
  }

  /// Whether all cells that follow are hidden, whatever they are.
  package var isExhausted: Bool { visibleVersions >= versionsMax }

  /// Takes note of a delete marker of the column.
  package mutating func noteDelete(timestamp: Int64, sequence: UInt64, kind: UInt8) {
    enter(timestamp)
    if kind == CellKind.deleteColumn.rawValue {
      columnDelete = max(columnDelete, sequence)
    } else if kind == CellKind.deleteVersion.rawValue {
      // They come newest first: what is left is the first delete after the put.
      versionDelete = sequence
    }
  }

  /// Judges a put.
  ///
  /// - Parameters:
  ///   - timestamp: The put's timestamp.
  ///   - sequence: Its sequence.
  ///   - familyDelete: The greatest sequence of the family's deletes that reach this timestamp; zero for none.
  /// - Returns: Whether the read returns it.
  package mutating func judge(timestamp: Int64, sequence: UInt64, familyDelete: UInt64) -> Verdict {
    enter(timestamp)
    if sequence < columnDelete || sequence < familyDelete { return .hidden }
    // A newer put of the same timestamp takes this one's place.
    if isGroupDecided { return .hidden }
    isGroupDecided = true
    var taken = visibleVersions
    for marker in deletedVersions where marker > sequence { taken += 1 }
    if taken >= versionsMax { return .surplus }
    if versionDelete > sequence {
      deletedVersions.append(versionDelete)
      return .deletedVersion
    }
    visibleVersions += 1
    return .visible
  }

  private mutating func enter(_ timestamp: Int64) {
    if hasGroup, timestamp == self.timestamp { return }
    hasGroup = true
    self.timestamp = timestamp
    versionDelete = 0
    isGroupDecided = false
  }
}

/// The family deletes of a row that a snapshot lets through.
package struct FamilyDeletes {
  private var markers: [(timestamp: Int64, sequence: UInt64)] = []

  package init() {}

  package var isEmpty: Bool { markers.isEmpty }

  package mutating func removeAll() {
    markers.removeAll(keepingCapacity: true)
  }

  package mutating func append(timestamp: Int64, sequence: UInt64) {
    markers.append((timestamp, sequence))
  }

  /// The greatest sequence of a marker that reaches `timestamp` and is not above `snapshot`; zero for none.
  @inline(always)
  package func sequence(reaching timestamp: Int64, at snapshot: UInt64 = .max) -> UInt64 {
    var greatest: UInt64 = 0
    for marker in markers where marker.timestamp >= timestamp && marker.sequence <= snapshot {
      greatest = max(greatest, marker.sequence)
    }
    return greatest
  }
}

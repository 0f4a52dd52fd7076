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

    /// Its own time to live has passed; it still takes its place among the versions kept.
    case expired
  }

  private let retention: VersionRetention
  private let aliveFrom: Int64
  private var columnDelete: UInt64 = 0
  private var timestamp: Int64 = .max
  private var hasGroup = false
  private var versionDelete: UInt64 = 0
  private var isGroupDecided = false
  private var visibleVersions = 0
  /// Versions that count only for what was written before a sequence: before the delete of a version that is deleted, and
  /// before the put itself where it has a time to live of its own.
  private var countedBefore: [UInt64] = []

  /// Creates the rule for a column.
  ///
  /// - Parameters:
  ///   - retention: What its family keeps.
  ///   - aliveFrom: The least timestamp whose time to live by the family has not passed.
  package init(_ retention: VersionRetention, aliveFrom: Int64) {
    self.retention = retention
    self.aliveFrom = aliveFrom
  }

  /// Whether all cells that follow are hidden, whatever they are.
  package var isExhausted: Bool { visibleVersions >= retention.versionsMax }

  /// How many versions are kept of those that are as old as this.
  package func versionsKept(_ timestamp: Int64) -> Int {
    timestamp < aliveFrom ? retention.versionsMin : retention.versionsMax
  }

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
  ///   - put: The put.
  ///   - family: What deletes of its family do to it.
  /// - Returns: Whether the read returns it.
  package mutating func judge(_ put: StoredPut, family: FamilyDeletes.Effect) -> Verdict {
    enter(put.timestamp)
    if put.sequence < columnDelete || put.sequence < family.hiddenBelow { return .hidden }
    // A newer put of the same timestamp takes this one's place.
    if isGroupDecided { return .hidden }
    isGroupDecided = true
    var taken = visibleVersions
    for bound in countedBefore where bound > put.sequence { taken += 1 }
    if taken >= versionsKept(put.timestamp) { return .surplus }
    let delete = Self.first(versionDelete, family.versionDelete, after: put.sequence)
    if put.life != .unlimited {
      countedBefore.append(put.sequence)
    } else if delete > 0 {
      countedBefore.append(delete)
    } else {
      visibleVersions += 1
    }
    if delete > 0 { return .deletedVersion }
    return put.life == .ended ? .expired : .visible
  }

  /// The first of two deletes that came after a put; zero for none.
  @inline(always)
  package static func first(_ one: UInt64, _ other: UInt64, after sequence: UInt64) -> UInt64 {
    let least = min(one > sequence ? one : .max, other > sequence ? other : .max)
    return least == .max ? 0 : least
  }

  private mutating func enter(_ timestamp: Int64) {
    if hasGroup, timestamp == self.timestamp { return }
    hasGroup = true
    self.timestamp = timestamp
    versionDelete = 0
    isGroupDecided = false
  }
}

/// A put as the rule looks at it.
package struct StoredPut {
  /// What a put's own time to live says of it.
  package enum Life {
    /// It has none.
    case unlimited
    /// It has not passed.
    case running
    /// It has passed.
    case ended
  }

  package var timestamp: Int64
  package var sequence: UInt64
  package var life: Life

  package init(timestamp: Int64, sequence: UInt64, life: Life = .unlimited) {
    self.timestamp = timestamp
    self.sequence = sequence
    self.life = life
  }
}

// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Which of the volumes that are there count; the page <doc:Replication> has the rules.
package struct VolumeJudgement: Sendable {
  /// How far what is on a volume is believed.
  package enum Trust: Int, Comparable, Sendable {
    /// It was not there in a later epoch: what it has may never have been.
    case stale
    /// The machine has stopped since it was written: what it has was not synced.
    case unsynced
    /// It counts.
    case full

    package static func < (one: Trust, other: Trust) -> Bool { one.rawValue < other.rawValue }
  }

  package let inspections: [VolumeInspection]

  /// The newest record; nil of a store that has none yet, though volumes may have one that have never counted.
  package let newest: VolumeRecord?

  /// How far each is believed, which is fully if it is empty; nil: it is not there.
  package let trust: [Trust?]

  /// Judges.
  ///
  /// - Parameters:
  ///   - inspections: What was found.
  ///   - boot: The present life of the machine; empty: unknown.
  /// - Throws: `invalidArgument` when volumes do not belong together, or one of the store's is missing in the list.
  package init(_ inspections: [VolumeInspection], boot: String) throws(StoreError) {
    self.inspections = inspections
    let records = inspections.compactMap(\.record)
    var newest = records.max { $1.isNewer(than: $0) }
    // Volumes were to get copies of a store without volumes, and the opening was interrupted.
    if newest?.epoch == 0, inspections.contains(where: \.isPlainStore) { newest = nil }
    self.newest = newest
    try Self.requireOneStore(inspections, newest)
    try Self.requireAllListed(inspections, newest)
    trust = inspections.map { Self.trust($0, newest: newest, all: records, boot: boot) }
  }

  private static func trust(
    _ inspection: VolumeInspection, newest: VolumeRecord?, all: [VolumeRecord], boot: String
  ) -> Trust? {
    switch inspection.finding {
    case .unreachable: return nil
    case .blank, .plainStore: return .full
    case .record(let record):
      guard let newest else { return .stale }
      // An epoch may have begun on some volumes only, before anything was written in it. One that others have begun without this
      // volume, while it was believed to be lost, may have the same number as its own: who is no member does not count.
      guard record.epoch >= newest.previousEpoch, record.epoch > 0,
        newest.members.contains(record.identity)
      else { return .stale }
      if inspection.volume.storageClass == .durable || record.syncsAllCopies { return .full }
      return record.boot == boot && !boot.isEmpty ? .full : .unsynced
    }
  }

  /// Refuses volumes of two stores, and one volume under two paths.
  private static func requireOneStore(
    _ inspections: [VolumeInspection], _ newest: VolumeRecord?
  ) throws(StoreError) {
    var seen: [VolumeIdentity: Volume] = [:]
    for inspection in inspections {
      if inspection.isPlainStore, newest != nil { throw foreign(inspection.volume) }
      guard let record = inspection.record else { continue }
      // One that has never counted belongs to nobody.
      guard record.epoch == 0 || record.store == newest?.store else {
        throw foreign(inspection.volume)
      }
      if let other = seen.updateValue(inspection.volume, forKey: record.identity) {
        throw StoreError(
          .invalidArgument,
          "volumes '\(other.name)' and '\(inspection.volume.name)' are one directory, or a copy of it; give each its own",
          file: inspection.volume.path)
      }
    }
    let plain = inspections.filter(\.isPlainStore)
    if plain.count > 1 { throw foreign(plain[1].volume) }
  }

  private static func foreign(_ volume: Volume) -> StoreError {
    StoreError(
      .invalidArgument,
      "volume '\(volume.name)' belongs to another store; give a directory that is empty or of this store",
      file: volume.path)
  }

  /// A list that leaves out a volume with files would lose them.
  private static func requireAllListed(
    _ inspections: [VolumeInspection], _ newest: VolumeRecord?
  ) throws(StoreError) {
    guard let newest else { return }
    let listed = Set(inspections.compactMap { $0.record?.identity })
    let names = Set(inspections.map(\.volume.name))
    for entry in newest.entries
    where !listed.contains(entry.identity) && !names.contains(entry.volume.name) {
      throw StoreError(
        .invalidArgument,
        "the store has a volume '\(entry.volume.name)' at '\(entry.volume.path)', which is not listed; list it, and take it out "
          + "by removeVolume", file: entry.volume.path)
    }
  }
}

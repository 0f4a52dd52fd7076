// SPDX-License-Identifier: Apache-2.0

extension FileCopies {
  /// What is to be done about it; nil: nothing, or nothing that can be done.
  ///
  /// Copies on volumes that have failed, are stale or not there are left alone: they are compared when the volume is caught up.
  /// Nothing is removed unless good copies on volumes that count fulfil the policy without it; so while a file is degraded, not
  /// even a damaged copy is given up, most of which may still be read.
  package func repair(by placement: Placement) -> RepairTask? {
    let copies = ReadableCopies(of: self, placement: placement)
    if copies.good.isEmpty { return nil }
    let decision = placement.place(
      bytes: bytes, keeping: names(copies.counting), mending: names(copies.mendable))
    let chosen = Set(decision.chosen)
    let adding = chosen.subtracting(names(copies.counting))
    let isFulfilled = placement.policy.isFulfilled(by: copies.counting)
    let removing = isFulfilled ? names(copies.all).subtracting(chosen) : []
    if adding.isEmpty, removing.isEmpty { return nil }
    return RepairTask(
      file: name, bytes: bytes,
      priority: adding.isEmpty
        ? copies.priority(removing: removing) : copies.priority(choosing: chosen, in: placement),
      adding: adding.sorted(), removing: removing.sorted(), sources: names(copies.good).sorted())
  }

  private func names(_ volumes: [Volume]) -> Set<String> { Set(volumes.map(\.name)) }
}

/// The volumes with copies that can be read and removed, by what the copies are worth.
private struct ReadableCopies {
  /// With a good copy.
  private(set) var good: [Volume] = []
  /// With a good copy that counts for the policy: not on a volume that is to be emptied.
  private(set) var counting: [Volume] = []
  /// With a copy of the whole length, part of which is bad.
  private(set) var damaged: [Volume] = []
  /// With a bad copy, and written to.
  private(set) var mendable: [Volume] = []
  /// On volumes that are to be emptied.
  private var draining: Set<String> = []
  private(set) var all: [Volume] = []

  init(of file: FileCopies, placement: Placement) {
    let states = Dictionary(file.copies.map { ($0.volume, $0) }) { first, _ in first }
    for volume in placement.volumes where volume.condition.isReadable {
      guard let state = states[volume.name] else { continue }
      all.append(volume.volume)
      if state.isGood { good.append(volume.volume) }
      if state.isComplete, state.isDamaged { damaged.append(volume.volume) }
      if !volume.condition.counts {
        draining.insert(volume.name)
      } else if state.isGood {
        counting.append(volume.volume)
      } else {
        mendable.append(volume.volume)
      }
    }
  }

  /// How urgent it is to make copies.
  ///
  /// A file is not called without a durable copy for want of one that could not be made now anyway: others are waiting that can
  /// be helped.
  func priority(choosing chosen: Set<String>, in placement: Placement) -> RepairPriority {
    let policy = placement.policy
    let willHaveDurable = placement.volumes.contains {
      $0.volume.storageClass == .durable && chosen.contains($0.name)
    }
    let hasDurable = good.contains { $0.storageClass == .durable }
    if policy.requires(.durable), !hasDurable, willHaveDurable { return .noDurableCopy }
    if good.count == 1, !policy.isFulfilled(by: good) { return .oneCopy }
    if policy.isFulfilled(by: good) { return .retiring }
    if policy.isFulfilled(by: good + damaged) { return .damagedCopy }
    return good.count + damaged.count < chosen.count ? .underReplicated : .badlySpread
  }

  /// How urgent it is to remove copies: bad ones first, as somebody may read them.
  func priority(removing: Set<String>) -> RepairPriority {
    if !removing.isSubset(of: good.map(\.name)) { return .damagedCopy }
    return removing.isDisjoint(with: draining) ? .surplus : .retiring
  }
}

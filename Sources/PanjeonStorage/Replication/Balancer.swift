// SPDX-License-Identifier: Apache-2.0

/// Evens out how full the volumes of a class are, a file at a time.
///
/// A move is made only if it leaves its two volumes closer to one another than they were. That lowers the sum over all volumes
/// of (bytes² ÷ what a share of 1 would be); so no state ever returns, and the moves come to an end.
package enum Balancer {
  /// A file that changes its volume.
  package struct Move: Hashable, Sendable {
    package let file: String
    package let bytes: UInt64
    package let from: String
    package let to: String

    package init(file: String, bytes: UInt64, from: String, to: String) {
      self.file = file
      self.bytes = bytes
      self.from = from
      self.to = to
    }
  }

  /// The next move: between the fullest and the emptiest volume of a class, or, where none is allowed, between those that
  /// differ next to most.
  ///
  /// Files that need repair are left to that, and no move makes a file need it: the volumes it then has fulfil the policy, and
  /// none is superfluous.
  ///
  /// - Parameters:
  ///   - files: The files, with all their copies.
  ///   - volumes: The topology.
  ///   - policy: The policy.
  ///   - tolerance: By how much shares may differ.
  /// - Returns: The move, or nil if all is even enough or nothing can be moved.
  package static func nextMove(
    files: [FileCopies], volumes: [PlaceableVolume], policy: PlacementPolicy, tolerance: Double
  ) -> Move? {
    var search = MoveSearch(files: files, volumes: volumes, policy: policy)
    for pair in VolumePair.all(of: volumes, tolerance: tolerance) {
      if let move = search.move(pair) { return move }
    }
    return nil
  }
}

/// A volume, and a less full one of its class.
private struct VolumePair {
  let from: PlaceableVolume
  let to: PlaceableVolume
  /// By how much their shares differ.
  let difference: Double
  /// By how much less they do for each byte that is moved.
  let differencePerByte: Double

  /// By how much their shares would differ.
  func difference(moving bytes: UInt64) -> Double {
    abs(difference - Double(bytes) * differencePerByte)
  }

  /// Pairs that differ by more than the tolerance, those first that differ most.
  static func all(of volumes: [PlaceableVolume], tolerance: Double) -> [VolumePair] {
    var pairs: [VolumePair] = []
    for storageClass in Volume.StorageClass.allCases {
      let members = volumes.filter {
        $0.volume.storageClass == storageClass && $0.condition.counts
      }
      let shares = sharesPerByte(of: members)
      for (from, perByteThere) in zip(members, shares) {
        for (to, perByteHere) in zip(members, shares) where to.condition == .healthy {
          let difference =
            Double(from.takenBytes) * perByteThere - Double(to.takenBytes) * perByteHere
          guard difference > tolerance, difference > 0 else { continue }
          pairs.append(
            VolumePair(
              from: from, to: to, difference: difference,
              differencePerByte: perByteThere + perByteHere))
        }
      }
    }
    return pairs.sorted {
      ($1.difference, $0.from.name, $0.to.name) < ($0.difference, $1.from.name, $1.to.name)
    }
  }

  /// What share of a volume a byte is: of its capacity, or, if a volume of the class has no bound, of all that the class has.
  private static func sharesPerByte(of members: [PlaceableVolume]) -> [Double] {
    if members.allSatisfy({ $0.volume.capacityBytes != .max }) {
      return members.map { 1 / Double(max(1, $0.volume.capacityBytes)) }
    }
    let total = members.reduce(0) { $0 + Double($1.takenBytes) }
    return members.map { _ in 1 / max(1, total) }
  }
}

/// Looks for a file that may be moved.
private struct MoveSearch {
  private let volumes: [String: PlaceableVolume]
  private let policy: PlacementPolicy
  /// By the volumes that have a copy that counts; only files that need no repair.
  private var filesOn: [String: [FileCopies]] = [:]
  /// Whether sets of volumes fulfil the policy without a superfluous one: there are few, of many files.
  private var verdicts: [Set<String>: Bool] = [:]

  init(files: [FileCopies], volumes: [PlaceableVolume], policy: PlacementPolicy) {
    self.volumes = Dictionary(volumes.map { ($0.name, $0) }) { first, _ in first }
    self.policy = policy
    for file in files where !needsRepair(file) {
      for name in counting(file) { filesOn[name, default: []].append(file) }
    }
  }

  /// The move of a pair that leaves it most even.
  mutating func move(_ pair: VolumePair) -> Balancer.Move? {
    let (from, to) = (pair.from.name, pair.to.name)
    let movable = (filesOn[from] ?? []).filter { file in
      // A billionth is more than rounding could pretend.
      pair.difference(moving: file.bytes) < pair.difference * (1 - 1e-9)
        && pair.to.shortage(of: file.bytes) == nil && !file.copies.contains { $0.volume == to }
    }
    let sorted = movable.map { (after: pair.difference(moving: $0.bytes), file: $0) }
      .sorted { ($0.after, $0.file.name) < ($1.after, $1.file.name) }
    for (_, file) in sorted {
      let after = Set(counting(file)).subtracting([from]).union([to])
      guard isSound(after) else { continue }
      return Balancer.Move(file: file.name, bytes: file.bytes, from: from, to: to)
    }
    return nil
  }

  private func counting(_ file: FileCopies) -> [String] {
    file.copies.filter { volumes[$0.volume]?.condition.counts == true }.map(\.volume)
  }

  private mutating func needsRepair(_ file: FileCopies) -> Bool {
    for copy in file.copies {
      guard let condition = volumes[copy.volume]?.condition, condition.isReadable else { continue }
      if !copy.isGood || !condition.counts { return true }
    }
    return !isSound(Set(counting(file)))
  }

  private mutating func isSound(_ names: Set<String>) -> Bool {
    if let verdict = verdicts[names] { return verdict }
    let set = names.compactMap { volumes[$0]?.volume }
    let verdict =
      policy.isFulfilled(by: set)
      && !set.contains { one in policy.isFulfilled(by: set.filter { $0 != one }) }
    verdicts[names] = verdict
    return verdict
  }
}

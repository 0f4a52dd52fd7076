// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// A store's files on its volumes, on which repairs and moves are carried out as they would be on disks.
struct FileMap {
  var volumes: [PlaceableVolume]
  let policy: PlacementPolicy
  var files: [String: FileCopies] = [:]

  init(volumes: [PlaceableVolume], policy: PlacementPolicy) {
    self.volumes = volumes
    self.policy = policy
  }

  /// Adds a file with copies by chance, good and bad, that are in the volumes' figures already.
  mutating func addFile(_ name: String, _ random: inout RandomTopology) {
    let copies = random.names(of: volumes, chance: 0.5).sorted().map { volume in
      CopyState(
        volume: volume, isComplete: random.random.chance(0.85),
        isDamaged: random.random.chance(0.15))
    }
    files[name] = FileCopies(name: name, bytes: UInt64(random.random.below(300)), copies: copies)
  }

  func task(_ file: String) -> RepairTask? {
    files[file]?.repair(by: Placement(policy: policy, volumes: volumes))
  }

  /// Carries a task out; fails if there is no room, or nothing to be removed.
  mutating func apply(_ task: RepairTask) throws {
    var file = try #require(files[task.file])
    for name in task.adding {
      let index = try #require(volumes.firstIndex { $0.name == name })
      #expect(volumes[index].condition == .healthy)
      if let free = volumes[index].freeBytes {
        try #require(free >= file.bytes)
        volumes[index].freeBytes = free - file.bytes
      }
      volumes[index].usedBytes += file.bytes
      #expect(volumes[index].usedBytes <= volumes[index].volume.capacityBytes)
      file.copies.removeAll { $0.volume == name }
      file.copies.append(CopyState(volume: name))
    }
    for name in task.removing {
      let index = try #require(volumes.firstIndex { $0.name == name })
      #expect([.healthy, .draining].contains(volumes[index].condition))
      try #require(file.copies.contains { $0.volume == name })
      file.copies.removeAll { $0.volume == name }
      volumes[index].usedBytes -= min(file.bytes, volumes[index].usedBytes)
      volumes[index].freeBytes? += file.bytes
    }
    files[task.file] = file
  }

  func isGood(_ file: String, on volume: String) -> Bool {
    let isReadable = volumes.contains {
      $0.name == volume && [.healthy, .draining].contains($0.condition)
    }
    return isReadable
      && files[file]?.copies.contains(CopyState(volume: volume)) == true
  }

  /// The volumes whose copy counts.
  func counting(_ file: String) -> [Volume] {
    volumes.filter { $0.condition == .healthy && isGood(file, on: $0.name) }
      .map(\.volume)
  }

  func isFulfilled(_ file: String) -> Bool { policy.holds(of: counting(file)) }

  /// Whether no copy could be left out, and none is bad or on a volume that is to be emptied.
  func isMinimal(_ file: String) -> Bool {
    let set = counting(file)
    let readable = volumes.filter { [.healthy, .draining].contains($0.condition) }
      .map(\.name)
    let copies = files[file]?.copies.filter { readable.contains($0.volume) } ?? []
    return copies.count == set.count
      && set.allSatisfy { one in !policy.holds(of: set.filter { $0 != one }) }
  }

  /// Whether there is something to copy, and volumes on which it would fulfil the policy.
  func canBeFulfilled(_ file: String) -> Bool {
    guard let bytes = files[file]?.bytes, volumes.contains(where: { isGood(file, on: $0.name) })
    else { return isFulfilled(file) }
    let counting = counting(file)
    let candidates = volumes.filter { volume in
      if counting.contains(volume.volume) { return true }
      let isFree = volume.freeBytes.map { $0 >= volume.reservedBytes + bytes } ?? true
      return volume.condition == .healthy && isFree
        && volume.usedBytes + volume.reservedBytes + bytes <= volume.volume.capacityBytes
    }
    return policy.holds(of: candidates.map(\.volume))
  }
}

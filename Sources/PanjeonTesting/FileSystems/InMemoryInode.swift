// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A file of an ``InMemoryDisk``: what programs read, what is on the disk, and the changes in between.
struct InMemoryInode: Sendable {
  /// A change that has not been synced.
  enum Change: Sendable {
    case write(offset: Int, [UInt8])
    case resize(from: Int, to: Int)

    /// The bytes of the file that the change sets.
    var range: Range<Int> {
      switch self {
      case .write(let offset, let bytes): offset..<(offset + bytes.count)
      case .resize(let old, let new): min(old, new)..<max(old, new)
      }
    }
  }

  private(set) var current: [UInt8]
  private(set) var synced: [UInt8]
  private var unsynced: [Change] = []

  init(_ bytes: [UInt8] = []) {
    current = bytes
    synced = bytes
  }

  mutating func write(_ bytes: [UInt8], at offset: Int) {
    if bytes.isEmpty { return }
    let change = Change.write(offset: offset, bytes)
    Self.apply(change, within: change.range, to: &current)
    unsynced.append(change)
  }

  mutating func resize(to size: Int) {
    if size == current.count { return }
    unsynced.append(.resize(from: current.count, to: size))
    Self.setSize(size, of: &current)
  }

  mutating func sync() {
    // Change by change: files are long, what is synced at a time is short.
    for change in unsynced {
      switch change {
      case .write: Self.apply(change, within: change.range, to: &synced)
      case .resize(_, let size): Self.setSize(size, of: &synced)
      }
    }
    unsynced = []
  }

  /// Takes what is not synced for synced, as a kernel does that could not write its pages: they are gone from the disk,
  /// and no later sync brings them back.
  mutating func dropUnsynced(alsoFromMemory: Bool) {
    unsynced = []
    if alsoFromMemory { current = synced }
  }

  /// What a power cut leaves.
  ///
  /// Each sector holds what was synced, or what it became by some of the changes since, the first ones; sectors decide
  /// for themselves, so that writes are torn and reach the disk in any order. The size is decided likewise.
  func afterCrash(sectorBytes: Int, chance: Double, _ random: inout SplitMix64) -> InMemoryInode {
    if unsynced.isEmpty { return InMemoryInode(synced) }
    var left = synced
    let kept = Self.draw(unsynced.count, chance, &random)
    var size = synced.count
    for change in unsynced.prefix(kept) {
      switch change {
      case .write: size = max(size, change.range.upperBound)
      case .resize(_, let new): size = new
      }
    }
    Self.setSize(size, of: &left)
    var bySector: [Int: [Int]] = [:]
    for (number, change) in unsynced.enumerated() where !change.range.isEmpty {
      let range = change.range
      for sector in (range.lowerBound / sectorBytes)...((range.upperBound - 1) / sectorBytes) {
        bySector[sector, default: []].append(number)
      }
    }
    for (sector, changes) in bySector.sorted(by: { $0.key < $1.key }) {
      let kept = Self.draw(changes.count, chance, &random)
      // What lies behind the size that the crash left is gone with it.
      guard sector * sectorBytes < size else { continue }
      let bytes = (sector * sectorBytes)..<min((sector + 1) * sectorBytes, size)
      for number in changes.prefix(kept) {
        Self.apply(unsynced[number], within: bytes, to: &left)
      }
    }
    return InMemoryInode(left)
  }

  /// All, with the given chance, else any smaller number.
  private static func draw(_ count: Int, _ chance: Double, _ random: inout SplitMix64) -> Int {
    if chance <= 0 { return 0 }
    return random.chance(chance) ? count : random.below(count)
  }

  /// Makes the part of a change that lies within a range; what the file is too short for is added.
  private static func apply(_ change: Change, within range: Range<Int>, to bytes: inout [UInt8]) {
    let part = change.range.clamped(to: range)
    if part.isEmpty { return }
    if part.upperBound > bytes.count { setSize(part.upperBound, of: &bytes) }
    switch change {
    case .write(let offset, let new):
      bytes.replaceSubrange(
        part, with: new[(part.lowerBound - offset)..<(part.upperBound - offset)])
    case .resize:
      bytes.replaceSubrange(part, with: [UInt8](repeating: 0, count: part.count))
    }
  }

  private static func setSize(_ size: Int, of bytes: inout [UInt8]) {
    if size < bytes.count {
      bytes.removeLast(bytes.count - size)
    } else {
      bytes.append(contentsOf: [UInt8](repeating: 0, count: size - bytes.count))
    }
  }
}

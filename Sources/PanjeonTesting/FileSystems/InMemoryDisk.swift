// SPDX-License-Identifier: Apache-2.0

/// The contents of an ``InMemoryFileSystem``: what programs see, and what a power cut would leave.
struct InMemoryDisk: Sendable {
  static let blockBytes = 4096

  struct Inode: Sendable {
    var current: [UInt8] = []
    var synced: [UInt8] = []
    /// The blocks written since the last sync.
    var dirtyBlocks: Set<Int> = []

    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
      let end = offset + bytes.count
      if end > current.count {
        current.append(contentsOf: repeatElement(0, count: end - current.count))
      }
      unsafe current.withUnsafeMutableBytes { buffer in
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<end]).copyMemory(from: bytes)
      }
      guard unsafe !bytes.isEmpty else { return }
      for block in (offset / blockBytes)...((end - 1) / blockBytes) { dirtyBlocks.insert(block) }
    }

    mutating func resize(to size: Int) {
      if size < current.count {
        current.removeLast(current.count - size)
      } else {
        current.append(contentsOf: repeatElement(0, count: size - current.count))
      }
    }

    mutating func sync() {
      resizeSynced(to: current.count)
      for block in dirtyBlocks { keep(block) }
      dirtyBlocks = []
    }

    private mutating func resizeSynced(to size: Int) {
      if size < synced.count {
        synced.removeLast(synced.count - size)
      } else {
        synced.append(contentsOf: repeatElement(0, count: size - synced.count))
      }
    }

    private mutating func keep(_ block: Int) {
      let start = block * blockBytes
      let end = min(start + blockBytes, current.count, synced.count)
      if start < end { synced[start..<end] = current[start..<end] }
    }

    /// What a power cut leaves: all that was synced, and each other block and the size by chance.
    func afterCrash(_ keeps: () -> Bool) -> Inode {
      var left = self
      if current.count != synced.count, keeps() { left.resizeSynced(to: current.count) }
      for block in dirtyBlocks.sorted() where keeps() { left.keep(block) }
      left.current = left.synced
      left.dirtyBlocks = []
      return left
    }
  }

  struct Directory: Sendable {
    var current: [String: Int] = [:]
    var synced: [String: Int] = [:]
  }

  var inodes: [Int: Inode] = [:]
  var directories: [String: Directory] = ["/": Directory()]
  var nextInode = 1
  var locks: Set<String> = []

  /// The disk after a power cut.
  func afterCrash(_ keeps: () -> Bool) -> InMemoryDisk {
    var left = self
    left.locks = []
    for path in directories.keys.sorted() {
      guard let directory = directories[path] else { continue }
      var entries = directory.synced
      let names = Set(directory.synced.keys).union(directory.current.keys).sorted()
      for name in names where directory.synced[name] != directory.current[name] {
        if keeps() { entries[name] = directory.current[name] }
      }
      left.directories[path] = Directory(current: entries, synced: entries)
    }
    let live = Set(left.directories.values.flatMap(\.current.values))
    left.inodes = [:]
    for number in inodes.keys.sorted() where live.contains(number) {
      left.inodes[number] = inodes[number]?.afterCrash(keeps)
    }
    return left
  }

  /// The disk after the death of the process: all that programs saw, still unsynced where it was.
  func afterProcessDeath() -> InMemoryDisk {
    var left = self
    left.locks = []
    return left
  }
}

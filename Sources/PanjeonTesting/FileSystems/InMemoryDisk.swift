// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The contents of an ``InMemoryFileSystem``: what programs see, and what a power cut would leave.
struct InMemoryDisk: Sendable {
  struct Directory: Sendable {
    var current: [String: Int] = [:]
    var synced: [String: Int] = [:]
  }

  var inodes: [Int: InMemoryInode] = [:]
  var directories: [String: Directory] = ["/": Directory()]
  var nextInode = 1
  var locks: Set<String> = []

  /// The disk after a power cut; each unsynced directory entry is kept by the same chance as each sector.
  func afterCrash(sectorBytes: Int, chance: Double, _ random: inout SplitMix64) -> InMemoryDisk {
    var left = self
    left.locks = []
    for path in directories.keys.sorted() {
      guard let directory = directories[path] else { continue }
      var entries = directory.synced
      let names = Set(directory.synced.keys).union(directory.current.keys).sorted()
      for name in names where directory.synced[name] != directory.current[name] {
        if random.chance(chance) { entries[name] = directory.current[name] }
      }
      left.directories[path] = Directory(current: entries, synced: entries)
    }
    let live = Set(left.directories.values.flatMap(\.current.values))
    left.inodes = [:]
    for number in inodes.keys.sorted() where live.contains(number) {
      left.inodes[number] = inodes[number]?.afterCrash(
        sectorBytes: sectorBytes, chance: chance, &random)
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

// MARK: Names

extension InMemoryDisk {
  private func split(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    let directory = String(path[..<slash])
    return (directory.isEmpty ? "/" : directory, String(path[path.index(after: slash)...]))
  }

  func find(_ path: String) -> Int? {
    let (directory, name) = split(path)
    return directories[directory]?.current[name]
  }

  mutating func create(_ path: String) -> Int? {
    let (directory, name) = split(path)
    guard directories[directory] != nil else { return nil }
    let inode = nextInode
    nextInode += 1
    inodes[inode] = InMemoryInode()
    directories[directory]?.current[name] = inode
    return inode
  }

  mutating func unlink(_ path: String) {
    let (directory, name) = split(path)
    directories[directory]?.current[name] = nil
  }

  mutating func link(_ inode: Int, _ path: String) {
    let (directory, name) = split(path)
    directories[directory]?.current[name] = inode
  }

  /// The inodes of the files in a directory and in those below it, by path.
  var paths: [String: Int] {
    var paths: [String: Int] = [:]
    for (directory, entries) in directories {
      for (name, inode) in entries.current {
        paths[directory == "/" ? "/" + name : directory + "/" + name] = inode
      }
    }
    return paths
  }
}

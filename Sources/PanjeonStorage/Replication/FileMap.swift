// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Which volumes have a copy of which file.
///
/// In memory: it is found again by listing the volumes. Its lock is never held across I/O.
package final class FileMap: Sendable {
  /// A file and the places of the volumes that have it.
  package struct Entry: Hashable, Sendable {
    /// The volumes whose copies are whole.
    package var copies: Set<Int>
    /// Those whose copies are to be replaced.
    package var damaged: Set<Int> = []
    /// How long the file is, as far as it is known.
    package var bytes: UInt64
    /// Whether a copy has been found not to hold what it should, and nobody knows which.
    package var isDoubted = false
    /// Whether the file is being written.
    package var isBeingWritten = false

    package init(copies: Set<Int>, bytes: UInt64, isBeingWritten: Bool = false) {
      self.copies = copies
      self.bytes = bytes
      self.isBeingWritten = isBeingWritten
    }
  }

  private let entries: Mutex<[String: Entry]>

  package init(_ entries: [String: Entry] = [:]) {
    self.entries = Mutex(entries)
  }

  package subscript(name: String) -> Entry? {
    entries.withLock { $0[name] }
  }

  package var all: [String: Entry] { entries.withLock { $0 } }

  package var names: [String] { entries.withLock { $0.keys.sorted() } }

  /// Adds a file, in place of what had its name.
  ///
  /// Returns what had.
  @discardableResult
  package func set(_ name: String, _ entry: Entry?) -> Entry? {
    entries.withLock { entries in
      defer { entries[name] = entry }
      return entries[name]
    }
  }

  /// Changes a file's entry; does nothing if there is no such file.
  package func update(_ name: String, _ body: (inout Entry) -> Void) {
    entries.withLock { entries in
      guard var entry = entries[name] else { return }
      body(&entry)
      entries[name] = entry
    }
  }

  /// Gives an entry another name.
  ///
  /// Returns what had that name.
  package func rename(_ name: String, to newName: String) -> Entry? {
    entries.withLock { entries in
      let replaced = entries[newName]
      entries[newName] = entries.removeValue(forKey: name)
      return replaced
    }
  }

  /// Lets a copy count no more, but as one to be replaced; false if it is the last.
  package func markDamaged(_ name: String, on place: Int) -> Bool {
    entries.withLock { entries in
      guard let entry = entries[name], entry.copies.contains(place), entry.copies.count > 1 else {
        return false
      }
      entries[name]?.copies.remove(place)
      entries[name]?.damaged.insert(place)
      return true
    }
  }

  /// Counts a copy that has been made; false if the file is gone meanwhile.
  package func addCopy(_ name: String, on place: Int) -> Bool {
    entries.withLock { entries in
      guard entries[name] != nil else { return false }
      entries[name]?.copies.insert(place)
      entries[name]?.damaged.remove(place)
      return true
    }
  }

  /// Lets a copy count no more that is to be removed; false if there is none, or it is the last.
  package func removeCopy(_ name: String, on place: Int) -> Bool {
    entries.withLock { entries in
      guard let entry = entries[name] else { return false }
      if entry.damaged.contains(place) {
        entries[name]?.damaged.remove(place)
        return true
      }
      guard entry.copies.contains(place), entry.copies.count > 1 else { return false }
      entries[name]?.copies.remove(place)
      return true
    }
  }

  /// Forgets the copies on a volume, but those that are the last.
  package func removeCopies(on place: Int) {
    entries.withLock { entries in
      for (name, entry) in entries {
        entries[name]?.damaged.remove(place)
        if entry.copies.count > 1 { entries[name]?.copies.remove(place) }
      }
    }
  }

  /// The files that are being written.
  package var beingWritten: [String: Entry] {
    entries.withLock { $0.filter(\.value.isBeingWritten) }
  }

  /// The bytes of the files on one volume.
  package func bytesUsed(on place: Int) -> UInt64 {
    bytesUsed(volumes: place + 1)[place]
  }

  /// The bytes of the files on each of so many volumes.
  package func bytesUsed(volumes count: Int) -> [UInt64] {
    entries.withLock { entries in
      var used = [UInt64](repeating: 0, count: count)
      for entry in entries.values {
        for place in entry.copies.union(entry.damaged) where place < count {
          used[place] += entry.bytes
        }
      }
      return used
    }
  }
}

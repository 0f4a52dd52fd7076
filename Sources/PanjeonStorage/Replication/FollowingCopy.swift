// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// A copy of a log segment that follows: it is written by the thread of ``LogFollower``, behind the leading ones.
package final class FollowingCopy: Sendable {
  package let volume: MountedVolume
  package let name: String
  /// Whether it has been written from the first byte on by whoever writes the log, so that only syncs wait here.
  let leads: Bool
  private let generation: Int
  private let file: Mutex<(any File)?>

  /// Creates a copy.
  ///
  /// - Parameters:
  ///   - name: The file's name.
  ///   - volume: The volume it is on.
  ///   - file: The file, if it is there already.
  ///   - leads: Whether somebody else writes it, from the first byte on.
  package init(
    _ name: String, on volume: MountedVolume, file: (any File)? = nil, leads: Bool = false
  ) {
    self.name = name
    self.leads = leads
    self.volume = volume
    generation = volume.generation
    self.file = Mutex(file)
  }

  package var path: String { volume.path(of: name) }

  /// Whether the copy is still one: its volume has not failed since it was made.
  package var isUsable: Bool { volume.isUsable(since: generation) }

  /// The file, once it has been created.
  package var openFile: (any File)? { file.withLock { $0 } }

  func create(_ fileSystem: any FileSystem) throws(StoreError) {
    let created = try fileSystem.open(path, .createNew)
    file.withLock { $0 = created }
  }

  func close() {
    let closed = file.withLock { file in
      defer { file = nil }
      return file
    }
    closed?.close()
  }
}

/// What the thread that follows is to do, in order.
struct FollowingStep: Sendable {
  enum Work: Sendable {
    /// Creates the file.
    case create(FollowingCopy)
    /// Writes the step's bytes, then syncs if somebody waits for that.
    case write(FollowingCopy)
    /// Closes the file.
    case close(FollowingCopy)
    /// Removes a file.
    case remove(MountedVolume, name: String)
    /// Makes the entries of the volume's directory durable.
    case syncDirectory(MountedVolume)
  }

  let work: Work
  /// That of the volume when the step was asked for.
  private let generation: Int
  /// What is written, and where; empty: nothing is.
  private(set) var bytes: [UInt8]
  private(set) var offset: UInt64
  /// Told when the step has been done, or will not be; if it writes, the file is synced first.
  var onSync: [@Sendable (Result<Void, StoreError>) -> Void] = []
  /// Told when the step has been done, and its sync if it has one.
  var onWrite: [@Sendable (Result<Void, StoreError>) -> Void] = []

  init(_ work: Work, bytes: [UInt8] = [], at offset: UInt64 = 0) {
    self.work = work
    generation = Self.volume(work).generation
    self.bytes = bytes
    self.offset = offset
  }

  var volume: MountedVolume { Self.volume(work) }

  /// Whether it can still be done: the volume has not failed since, and what it would write to is a copy.
  var isUsable: Bool {
    switch work {
    case .create(let copy), .write(let copy), .close(let copy): copy.isUsable
    case .remove, .syncDirectory: volume.isUsable(since: generation)
    }
  }

  private static func volume(_ work: Work) -> MountedVolume {
    switch work {
    case .create(let copy), .write(let copy), .close(let copy): copy.volume
    case .remove(let volume, _), .syncDirectory(let volume): volume
    }
  }

  /// The file's name.
  var name: String? {
    switch work {
    case .create(let copy), .write(let copy), .close(let copy): copy.name
    case .remove(_, let name): name
    case .syncDirectory: nil
    }
  }

  /// Whether the volume lacks something until it has been done, be it only that it is durable.
  ///
  /// Of leading copies the engine has durable what must be: ``ReplicatedLogFile/syncInOrder()``.
  var isOwed: Bool {
    switch work {
    case .create(let copy), .write(let copy): !copy.leads
    case .syncDirectory: true
    case .close, .remove: false
    }
  }

  var isAwaited: Bool { !onSync.isEmpty || !onWrite.isEmpty }

  /// No step becomes longer by taking others in.
  private static let bytesMax = 1 << 20

  /// Takes in a later write of the same file that begins where this one ends, and who waits for it; false if it is none.
  ///
  /// A sync that comes with more bytes than were asked for costs nothing, and saves the next.
  mutating func takeIn(_ next: FollowingStep) -> Bool {
    guard case .write(let copy) = work, case .write(let nextCopy) = next.work, copy === nextCopy,
      bytes.count + next.bytes.count <= Self.bytesMax,
      bytes.isEmpty || next.bytes.isEmpty || offset + UInt64(bytes.count) == next.offset
    else { return false }
    if bytes.isEmpty { offset = next.offset }
    bytes.append(contentsOf: next.bytes)
    onSync += next.onSync
    onWrite += next.onWrite
    return true
  }
}

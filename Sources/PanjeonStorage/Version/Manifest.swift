// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The log of version edits: the only truth about which files a store consists of.
///
/// A MANIFEST begins with an edit that leads from nothing to its first state; each later edit is one record,
/// synced before it counts. A writer never continues the MANIFEST of another run: it begins a new one, so that a
/// torn end is never written behind. Framed like the log (``LogFormat``).
package struct Manifest: Sendable {
  /// The size at which a new MANIFEST is begun.
  package static let bytesMax: UInt64 = 4 << 20

  private let directory: String
  private let fileSystem: any FileSystem
  package private(set) var number: UInt64
  private var file: any File
  private var writer: LogWriter
  private var state: VersionState

  /// Begins MANIFEST `number` with a whole state, and makes it the one in force.
  ///
  /// - Parameters:
  ///   - number: Greater than that of any MANIFEST in the directory.
  ///   - state: The state it begins with.
  ///   - directory: The store's directory.
  ///   - fileSystem: Where it is.
  /// - Throws: `io`, `noSpace`; the old MANIFEST, if any, is then still in force.
  package init(
    number: UInt64, state: VersionState, directory: String, fileSystem: any FileSystem
  ) throws(StoreError) {
    self.directory = directory
    self.fileSystem = fileSystem
    self.number = number
    self.state = state
    (file, writer) = try Self.begin(number, state, directory, fileSystem)
  }

  private static func begin(
    _ number: UInt64, _ state: VersionState, _ directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> (any File, LogWriter) {
    let path = FileNames.path(directory, .manifest(number))
    if try fileSystem.exists(path) { try fileSystem.remove(path) }
    let file = try fileSystem.open(path, .createNew)
    var writer = LogWriter(file: file, number: number, previous: nil)
    unsafe state.snapshotEdit().encode().withUnsafeBytes { unsafe writer.append($0) }
    try writer.flush()
    try writer.sync()
    try fileSystem.syncDirectory(directory)
    try CurrentFile.write(number, in: directory, fileSystem)
    return (file, writer)
  }

  /// Appends an edit; durable when it returns.
  ///
  /// After an error nothing may be appended before ``beginAnew(_:)``: what reached the disk is unknown.
  package mutating func append(_ edit: VersionEdit) throws(StoreError) {
    try state.apply(edit)
    unsafe edit.encode().withUnsafeBytes { unsafe writer.append($0) }
    try writer.flush()
    try writer.sync()
    if writer.offset > Self.bytesMax { try rotate() }
  }

  private mutating func rotate() throws(StoreError) {
    let old = number
    try beginNext()
    // The edit counts already; should the old file stay, the next open removes it.
    try? fileSystem.remove(FileNames.path(directory, .manifest(old)))
  }

  /// Reads the MANIFEST in force back, each of its copies.
  ///
  /// - Returns: What is wrong with copies; nothing where there is one file.
  /// - Throws: `corruption` when it does not say what it should, `io`.
  package func readBack(expecting state: VersionState) throws(StoreError) -> [StoreError] {
    guard try CurrentFile.read(in: directory, fileSystem) == number else {
      throw StoreError(
        .corruption, "CURRENT does not name the MANIFEST in force",
        file: FileNames.path(directory, .current), offset: 0)
    }
    let file = try fileSystem.open(FileNames.path(directory, .manifest(number)), .read)
    defer { file.close() }
    let copies = file.copies
    if copies.isEmpty {
      try Self.check(file, number, against: state)
      return []
    }
    return Self.damage(of: file) { (copy) throws(StoreError) in
      try Self.check(copy, number, against: state)
    }
  }

  private static func check(
    _ file: any File, _ number: UInt64, against state: VersionState
  ) throws(StoreError) {
    let (found, _, damage) = try readPrefix(of: file, number)
    if let damage { throw damage }
    guard found.snapshotEdit() == state.snapshotEdit() else {
      throw StoreError(
        .corruption, "the MANIFEST describes another state than the open store has", file: file.path
      )
    }
  }

  /// Begins another MANIFEST after ``append(_:)`` has failed; the old one stays until the next open.
  ///
  /// - Parameter state: What it begins with: that before the failed edit.
  /// - Throws: `io`, `noSpace`; this may then be called again.
  package mutating func beginAnew(_ state: VersionState) throws(StoreError) {
    self.state = state
    try beginNext()
  }

  private mutating func beginNext() throws(StoreError) {
    file.close()
    number += 1
    (file, writer) = try Self.begin(number, state, directory, fileSystem)
  }

  /// Ends the MANIFEST of a store that is closed.
  ///
  /// One more, empty, edit knows that all before it were synced: should the last real one rot, that is then told
  /// from a torn end.
  package mutating func close() throws(StoreError) {
    try append(VersionEdit())
    file.close()
  }

  /// Reads the MANIFEST in force.
  ///
  /// - Parameters:
  ///   - directory: The store's directory.
  ///   - fileSystem: Where it is.
  /// - Returns: Its number and the state it describes; nil when there is no marker.
  /// - Throws: `corruption`, `unsupportedFormat`, `io`.
  package static func read(
    in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> (number: UInt64, state: VersionState)? {
    guard let number = try CurrentFile.read(in: directory, fileSystem) else { return nil }
    let (state, damage) = try readPrefix(number, in: directory, fileSystem)
    if let damage { throw damage }
    return (number, state)
  }

  /// Reads a MANIFEST as far as it goes.
  ///
  /// - Parameters:
  ///   - number: Its number.
  ///   - directory: The store's directory.
  ///   - fileSystem: Where it is.
  /// - Returns: The state after the edits that could be read, and what keeps the next one from being read.
  /// - Throws: `corruption` when not even the first edit can be read; `unsupportedFormat`, `io`.
  package static func readPrefix(
    _ number: UInt64, in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> (state: VersionState, damage: StoreError?) {
    let file = try fileSystem.open(FileNames.path(directory, .manifest(number)), .read)
    defer { file.close() }
    let copies = file.copies
    if !copies.isEmpty { return try readPrefix(ofBest: copies, number) }
    let (state, _, damage) = try readPrefix(of: file, number)
    return (state, damage)
  }

  /// As ``readPrefix(_:in:_:)`` of one copy.
  static func readPrefix(
    of file: any File, _ number: UInt64
  ) throws(StoreError) -> (state: VersionState, edits: Int, damage: StoreError?) {
    let path = file.path
    var state = VersionState()
    var edits = 0
    do throws(StoreError) {
      _ = try unsafe LogReader.read(file: file, number: number, end: nil) {
        (bytes, offset) throws(StoreError) in
        let edit = try unsafe VersionEdit.decode(bytes, file: path, offset: offset)
        // What contradicts itself is found halfway through.
        var next = state
        do throws(StoreError) {
          try next.apply(edit)
        } catch {
          throw StoreError(error.code, error.message, file: path, offset: offset)
        }
        state = next
        edits += 1
      }
    } catch {
      if edits == 0 || error.code != .corruption { throw error }
      return (state, edits, error)
    }
    guard edits > 0 else {
      throw StoreError(
        .corruption, "the MANIFEST does not begin with a state; restore the store from a copy",
        file: path, offset: 0)
    }
    return (state, edits, nil)
  }

  /// A value that changes whenever anything is appended: for readers beside a writer.
  package static func identity(
    in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> ManifestIdentity? {
    guard let number = try CurrentFile.read(in: directory, fileSystem) else { return nil }
    let file = try fileSystem.open(FileNames.path(directory, .manifest(number)), .read)
    defer { file.close() }
    return ManifestIdentity(number: number, bytes: try file.size())
  }
}

/// Which MANIFEST, and how much of it.
package struct ManifestIdentity: Hashable, Sendable {
  package var number: UInt64
  package var bytes: UInt64
}

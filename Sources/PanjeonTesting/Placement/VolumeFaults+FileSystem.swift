// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
public import WideColumn

/// The calls, each carried out beneath unless its volume fails it.
extension VolumeFaults {
  /// Creates a directory, unless its volume fails.
  public func createDirectory(_ path: String) throws(StoreError) {
    // One that is there takes no room.
    try check(try base.exists(path) ? .exists : .createDirectory, path)
    try base.createDirectory(path)
  }

  /// Opens a file, unless its volume fails.
  public func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File {
    // Creating a file needs room as writing does.
    if mode == .createNew { try check(.write, path, byteCount: 0) }
    let location = location(of: path)
    try check(.open, path)
    return VolumeFaultsFile(try base.open(path, mode), self, location)
  }

  /// Asks, unless its volume fails.
  public func exists(_ path: String) throws(StoreError) -> Bool {
    try check(.exists, path)
    return try base.exists(path)
  }

  /// Renames, unless its volume fails.
  public func rename(_ path: String, to newPath: String) throws(StoreError) {
    try check(.rename, path, newPath: newPath)
    try base.rename(path, to: newPath)
  }

  /// Links, unless its volume fails.
  public func link(_ path: String, to newPath: String) throws(StoreError) {
    try check(.link, path, newPath: newPath)
    try base.link(path, to: newPath)
  }

  /// Removes, unless its volume fails.
  public func remove(_ path: String) throws(StoreError) {
    try check(.remove, path)
    try base.remove(path)
  }

  /// Lists, unless its volume fails.
  public func list(_ directory: String) throws(StoreError) -> [String] {
    try check(.list, directory)
    return try base.list(directory)
  }

  /// Syncs, unless its volume fails.
  public func syncDirectory(_ path: String) throws(StoreError) {
    try check(.syncDirectory, path)
    try base.syncDirectory(path)
  }

  /// Takes a lock, unless its volume fails.
  public func lock(_ path: String) throws(StoreError) -> any FileLock {
    try check(.lock, path)
    return try base.lock(path)
  }

  /// Asks, unless its volume fails.
  public func isWritableByOthers(_ path: String) throws(StoreError) -> Bool {
    try check(.owner, path)
    return try base.isWritableByOthers(path)
  }

  /// Asks, unless its volume fails; a full one has no room.
  public func freeBytes(_ directory: String) throws(StoreError) -> UInt64? {
    try check(.room, directory)
    if let free = room(on: directory) { return free }
    return try base.freeBytes(directory)
  }
}

/// An open file of a ``VolumeFaults``.
final class VolumeFaultsFile: File {
  private let base: any File
  private let faults: VolumeFaults
  private let location: (place: Int, disk: Int)?

  init(_ base: any File, _ faults: VolumeFaults, _ location: (place: Int, disk: Int)?) {
    self.base = base
    self.faults = faults
    self.location = location
  }

  var path: String { base.path }

  var isWriteBuffered: Bool { base.isWriteBuffered }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    try faults.check(.read, path, offset: offset, byteCount: buffer.count, opened: location)
    return try unsafe base.read(into: buffer, at: offset)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    let isPretended = try faults.check(
      .write, path, offset: offset, byteCount: bytes.count, opened: location)
    if isPretended { return }
    try unsafe base.write(bytes, at: offset)
  }

  func sync() throws(StoreError) {
    if try faults.check(.sync, path, opened: location) { return }
    try base.sync()
  }

  func truncate(to size: UInt64) throws(StoreError) {
    try faults.check(.truncate, path, offset: size, opened: location)
    try base.truncate(to: size)
  }

  func size() throws(StoreError) -> UInt64 {
    try faults.check(.size, path, opened: location)
    return try base.size()
  }

  func close() { base.close() }
}

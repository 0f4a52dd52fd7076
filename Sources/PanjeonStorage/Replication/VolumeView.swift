// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The files of a store with volumes, for somebody who only reads, maybe beside a process that writes.
///
/// Nothing is remembered: each call looks at the volumes that counted when the view was made. Leading copies come first, as they have
/// all that the others have. What was not synced before its machine stopped is read as an opening store would: SSTables that no
/// other volume has; the log, MANIFEST and `CURRENT` only if no other volume has a `CURRENT`.
package struct VolumeView: FileSystem {
  private let directory: String
  private let base: any FileSystem
  private let volumes: [Volume]
  private let unsynced: [Volume]
  private let isUnsyncedRead: Bool

  /// Why volumes were left out whose records are damaged.
  package let damage: [StoreError]

  /// Creates a view of a store's volumes; nil if the store has none.
  ///
  /// A volume whose record is damaged is left out. Throws what ``ReplicationOpener`` throws for volumes that do not belong together;
  /// `io` when none of them is there.
  package init?(_ directory: String, _ configuration: StoreConfiguration) throws(StoreError) {
    guard let opener = try ReplicationOpener(directory, configuration) else { return nil }
    try self.init(
      directory, try opener.judge { $0.code == .corruption }, configuration.fileSystem)
  }

  /// Creates a view of volumes that have been judged.
  ///
  /// Throws `io` when none of them is there.
  package init(
    _ directory: String, _ judgement: VolumeJudgement, _ fileSystem: any FileSystem
  ) throws(StoreError) {
    self.directory = directory
    base = fileSystem
    volumes = Self.volumes(of: judgement, trusted: .full)
    unsynced = Self.volumes(of: judgement, trusted: .unsynced)
    damage = judgement.inspections.compactMap { inspection in
      guard case .unreachable(let error) = inspection.finding else { return nil }
      return error.code == .corruption ? error : nil
    }
    if volumes.isEmpty, unsynced.isEmpty {
      throw StoreError(.io, "none of the store's volumes is there", file: directory)
    }
    var isCurrentThere = false
    for volume in volumes where try base.exists(FileNames.path(volume.path, .current)) {
      isCurrentThere = true
    }
    isUnsyncedRead = !isCurrentThere
  }

  private static func volumes(
    of judgement: VolumeJudgement, trusted: VolumeJudgement.Trust
  ) -> [Volume] {
    zip(judgement.inspections, judgement.trust)
      // What is empty, or not there at all, is believed, and has nothing.
      .filter { $0.isOfAStore && $1 == trusted }.map(\.0.volume)
      .sorted { first, second in
        first.storageClass == second.storageClass
          ? first.name < second.name : first.storageClass == .ephemeral
      }
  }

  package var isForManyThreads: Bool { base.isForManyThreads }

  /// The paths of the copies of a file of the store; nil for what lies elsewhere.
  private func paths(_ path: String) throws(StoreError) -> [String]? {
    guard path.hasPrefix(directory + "/") else { return nil }
    let name = String(path.dropFirst(directory.count + 1))
    if name.contains("/") { return nil }
    let paths = try paths(of: name, on: volumes)
    return paths.isEmpty && mayBeUnsynced(name) ? try self.paths(of: name, on: unsynced) : paths
  }

  private func paths(of name: String, on volumes: [Volume]) throws(StoreError) -> [String] {
    var paths: [String] = []
    for volume in volumes {
      let copy = volume.path + "/" + name
      if try base.exists(copy) { paths.append(copy) }
    }
    return paths
  }

  /// Whether a file is read though it was not synced, if there is no other copy.
  private func mayBeUnsynced(_ name: String) -> Bool {
    if case .table? = FileNames(name) { true } else { isUnsyncedRead }
  }

  package func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File {
    guard let paths = try paths(path) else { return try base.open(path, mode) }
    guard mode == .read else { throw Self.readOnly(path) }
    var copies: [any File] = []
    var failure = StoreError(.io, "cannot open the file: no volume has it", file: path)
    for copy in paths {
      do throws(StoreError) {
        copies.append(try base.open(copy, .read))
      } catch {
        failure = error
      }
    }
    guard let first = copies.first else { throw failure }
    return ViewedFile(best(copies, of: path) ?? first, copies)
  }

  /// The copy to read: of `CURRENT` the one that names the newest MANIFEST, else the longest; the first of equal ones.
  private func best(_ copies: [any File], of path: String) -> (any File)? {
    var best: (file: any File, extent: UInt64)?
    for copy in copies {
      let isCurrent = copy.path.hasSuffix("/" + FileNames.current.name)
      let extent =
        isCurrent
        ? (try? CurrentFile.read(in: Checkpoint.parent(of: copy.path), base)) ?? nil
        : try? copy.size()
      guard let extent else { continue }
      if best.map({ extent > $0.extent }) ?? true { best = (copy, extent) }
    }
    return best?.file
  }

  package func exists(_ path: String) throws(StoreError) -> Bool {
    if path == directory { return true }
    guard let paths = try paths(path) else { return try base.exists(path) }
    return !paths.isEmpty
  }

  package func list(_ directory: String) throws(StoreError) -> [String] {
    guard directory == self.directory else { return try base.list(directory) }
    var names: Set<String> = []
    for volume in volumes {
      names.formUnion(try base.list(volume.path).filter(VolumeInspection.isCopied))
    }
    for volume in unsynced {
      names.formUnion(
        try base.list(volume.path).filter { VolumeInspection.isCopied($0) && mayBeUnsynced($0) })
    }
    return names.sorted()
  }

  package func isWritableByOthers(_ path: String) throws(StoreError) -> Bool {
    let paths = path == directory ? (volumes + unsynced).map(\.path) : try paths(path) ?? [path]
    for path in paths where try base.isWritableByOthers(path) { return true }
    return false
  }

  package func freeBytes(_ directory: String) throws(StoreError) -> UInt64? {
    directory == self.directory ? nil : try base.freeBytes(directory)
  }

  package func createDirectory(_ path: String) throws(StoreError) {
    try base.createDirectory(path)
  }

  package func rename(_ path: String, to newPath: String) throws(StoreError) {
    guard try paths(path) == nil else { throw Self.readOnly(path) }
    try base.rename(path, to: newPath)
  }

  package func link(_ path: String, to newPath: String) throws(StoreError) {
    let source = try paths(path).flatMap(\.first) ?? path
    try base.link(source, to: newPath)
  }

  package func remove(_ path: String) throws(StoreError) {
    guard try paths(path) == nil else { throw Self.readOnly(path) }
    try base.remove(path)
  }

  package func syncDirectory(_ path: String) throws(StoreError) {
    if path != directory { try base.syncDirectory(path) }
  }

  package func lock(_ path: String) throws(StoreError) -> any FileLock {
    try base.lock(path)
  }

  private static func readOnly(_ path: String) -> StoreError {
    StoreError(.readOnly, "the store was opened for reading only", file: path)
  }
}

/// A file of a ``VolumeView``: the best of its copies.
private final class ViewedFile: File {
  private let best: any File
  let copies: [any File]

  init(_ best: any File, _ copies: [any File]) {
    self.best = best
    self.copies = copies.count > 1 ? copies : []
  }

  deinit {
    close()
  }

  var path: String { best.path }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    do throws(StoreError) {
      return try unsafe best.read(into: buffer, at: offset)
    } catch {
      for copy in copies where copy !== best {
        if let count = try? unsafe copy.read(into: buffer, at: offset) { return count }
      }
      throw error
    }
  }

  func readIfCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool {
    unsafe best.readIfCached(into: buffer, at: offset)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    throw StoreError(.readOnly, "the store was opened for reading only", file: path)
  }

  func truncate(to size: UInt64) throws(StoreError) {
    throw StoreError(.readOnly, "the store was opened for reading only", file: path)
  }

  func sync() throws(StoreError) {}

  func size() throws(StoreError) -> UInt64 { try best.size() }

  func close() {
    best.close()
    for copy in copies { copy.close() }
  }
}

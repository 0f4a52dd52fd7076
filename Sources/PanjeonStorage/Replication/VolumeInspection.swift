// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What is found on a volume before a store is opened.
package struct VolumeInspection: Sendable {
  package enum Finding: Sendable {
    /// It cannot be looked at, or is not there.
    case unreachable(StoreError)
    /// It is empty.
    case blank
    /// It has a store that has had no volumes so far.
    case plainStore
    /// It belongs to a store with volumes.
    case record(VolumeRecord)
  }

  package let volume: Volume
  package let finding: Finding

  /// The store's files on it: SSTables, MANIFESTs, segments of the log, `CURRENT`.
  package let names: [String]

  /// Whether it has files that were set aside.
  let hasStaleFiles: Bool

  package var record: VolumeRecord? {
    if case .record(let record) = finding { record } else { nil }
  }

  package var isReachable: Bool {
    if case .unreachable = finding { false } else { true }
  }

  /// Whether it has a store that has had no volumes so far.
  package var isPlainStore: Bool {
    if case .plainStore = finding { true } else { false }
  }

  /// Looks at a volume.
  ///
  /// - Parameters:
  ///   - volume: The volume.
  ///   - error: Why it cannot be had, if that is known already.
  ///   - fileSystem: What it is on.
  /// - Throws: `notAStore` when it holds other things, `writableByOthers`, `unsupportedFormat`; `corruption` when its record is damaged.
  package init(
    _ volume: Volume, _ error: StoreError? = nil, _ fileSystem: any FileSystem
  ) throws(StoreError) {
    self.volume = volume
    if let error {
      finding = .unreachable(error)
      names = []
      hasStaleFiles = false
      return
    }
    do throws(StoreError) {
      (finding, names, hasStaleFiles) = try Self.look(volume, fileSystem)
    } catch {
      guard error.code == .io else { throw error }
      finding = .unreachable(error)
      names = []
      hasStaleFiles = false
    }
  }

  private static func look(
    _ volume: Volume, _ fileSystem: any FileSystem
  ) throws(StoreError) -> (Finding, [String], Bool) {
    let found = try fileSystem.exists(volume.path) ? try fileSystem.list(volume.path) : []
    try StoreDirectory.requireOwn(volume, found, fileSystem)
    let names = found.filter(isCopied)
    let hasStaleFiles = found.contains { $0.hasSuffix(VolumeReconciliation.staleSuffix) }
    if let record = try VolumeRecordFile.read(in: volume.path, fileSystem) {
      return (.record(record), names, hasStaleFiles)
    }
    if found.contains(FileNames.current.name) {
      return (.plainStore, names, hasStaleFiles)
    }
    try requireBlank(volume, found)
    return (.blank, names, hasStaleFiles)
  }

  /// Whether a name is one of the files of which there are copies.
  package static func isCopied(_ name: String) -> Bool {
    switch FileNames(name) {
    case .log?, .table?, .manifest?, .current?: true
    case .currentTemporary?, .lock?, nil: false
    }
  }

  /// Only what an interrupted creation leaves may be there.
  private static func requireBlank(_ volume: Volume, _ names: [String]) throws(StoreError) {
    for name in names {
      if name == FileNames.lock.name || name == VolumeRecordFile.temporaryName { continue }
      throw StoreError(
        .notAStore,
        "volume '\(volume.name)' holds '\(name)' and no record of a store; give a directory that is empty",
        file: volume.path)
    }
  }
}

extension StoreDirectory {
  /// Nobody else may be able to change what is on a volume.
  fileprivate static func requireOwn(
    _ volume: Volume, _ names: [String], _ fileSystem: any FileSystem
  ) throws(StoreError) {
    guard try fileSystem.exists(volume.path) else { return }
    let own = names.filter { $0 == VolumeRecordFile.name }
    try requireOwn(volume.path, names, fileSystem)
    for name in own where try fileSystem.isWritableByOthers(volume.path + "/" + name) {
      throw StoreError(
        .writableByOthers,
        "others than this user may write to it; make it your own (chown, chmod go-w) after looking at what is in it",
        file: volume.path + "/" + name)
    }
  }
}

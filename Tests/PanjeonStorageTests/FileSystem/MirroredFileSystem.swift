// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import WideColumn

/// A file system each file of which consists of two copies, in two directories of another file system.
final class MirroredFileSystem: FileSystem {
  static let roots = ["/first", "/second"]

  let base: InMemoryFileSystem
  private let reports = Mutex<[String]>([])
  private let preferred = Mutex(0)

  init(_ base: InMemoryFileSystem = InMemoryFileSystem()) {
    self.base = base
  }

  /// The files of which a copy has been reported as damaged.
  var reported: [String] { reports.withLock { $0 } }

  func forgetReports() { reports.withLock { $0 = [] } }

  func report(_ path: String) {
    reports.withLock { $0.append(path) }
  }

  /// Which copy is read.
  var reading: Int {
    get { preferred.withLock { $0 } }
    set { preferred.withLock { $0 = newValue } }
  }

  private func onBoth(_ body: (String) throws(StoreError) -> Void) throws(StoreError) {
    for root in Self.roots { try body(root) }
  }

  func createDirectory(_ path: String) throws(StoreError) {
    try onBoth { (root) throws(StoreError) in try base.createDirectory(root + path) }
  }

  func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File {
    var copies: [any File] = []
    for root in Self.roots { copies.append(try base.open(root + path, mode)) }
    return MirroredFile(path, copies, self)
  }

  func exists(_ path: String) throws(StoreError) -> Bool { try base.exists(Self.roots[0] + path) }

  func rename(_ path: String, to newPath: String) throws(StoreError) {
    try onBoth { (root) throws(StoreError) in try base.rename(root + path, to: root + newPath) }
  }

  func link(_ path: String, to newPath: String) throws(StoreError) {
    try onBoth { (root) throws(StoreError) in try base.link(root + path, to: root + newPath) }
  }

  func remove(_ path: String) throws(StoreError) {
    try onBoth { (root) throws(StoreError) in try base.remove(root + path) }
  }

  func list(_ directory: String) throws(StoreError) -> [String] {
    try base.list(Self.roots[0] + directory)
  }

  func syncDirectory(_ path: String) throws(StoreError) {
    try onBoth { (root) throws(StoreError) in try base.syncDirectory(root + path) }
  }

  func lock(_ path: String) throws(StoreError) -> any FileLock {
    try base.lock(Self.roots[0] + path)
  }

  func isWritableByOthers(_ path: String) throws(StoreError) -> Bool { false }
}

/// A file of a ``MirroredFileSystem``.
private final class MirroredFile: File {
  let path: String
  let copies: [any File]
  private let fileSystem: MirroredFileSystem

  init(_ path: String, _ copies: [any File], _ fileSystem: MirroredFileSystem) {
    self.path = path
    self.copies = copies
    self.fileSystem = fileSystem
  }

  private var read: any File { copies[fileSystem.reading] }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    try unsafe read.read(into: buffer, at: offset)
  }

  func readIfCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool {
    unsafe (try? read.read(into: buffer, at: offset)) == buffer.count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    for copy in copies { try unsafe copy.write(bytes, at: offset) }
  }

  func sync() throws(StoreError) {
    for copy in copies { try copy.sync() }
  }

  func reportDamagedCopy() { fileSystem.report(path) }

  func truncate(to size: UInt64) throws(StoreError) {
    for copy in copies { try copy.truncate(to: size) }
  }

  func size() throws(StoreError) -> UInt64 { try read.size() }

  func close() {
    for copy in copies { copy.close() }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// An open file of a ``StallingFileSystem``.
final class StallingFile: File {
  private let base: any File
  private let fileSystem: StallingFileSystem

  init(_ base: any File, _ fileSystem: StallingFileSystem) {
    self.base = base
    self.fileSystem = fileSystem
  }

  var path: String { base.path }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    fileSystem.waitWhileStalled(.read, path)
    return try unsafe base.read(into: buffer, at: offset)
  }

  func readIfCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool {
    if fileSystem.refusesCachedRead(path) { return false }
    return unsafe base.readIfCached(into: buffer, at: offset)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    fileSystem.waitWhileStalled(.write, path)
    try unsafe base.write(bytes, at: offset)
  }

  var isWriteBuffered: Bool { base.isWriteBuffered }

  func beginWriteback(of bytes: Range<UInt64>) {
    fileSystem.waitWhileStalled(.write, path)
    base.beginWriteback(of: bytes)
  }

  func sync() throws(StoreError) {
    fileSystem.waitWhileStalled(.sync, path)
    try base.sync()
  }

  func truncate(to size: UInt64) throws(StoreError) {
    fileSystem.waitWhileStalled(.truncate, path)
    try base.truncate(to: size)
  }

  func size() throws(StoreError) -> UInt64 {
    fileSystem.waitWhileStalled(.size, path)
    return try base.size()
  }

  func close() {
    base.close()
  }
}

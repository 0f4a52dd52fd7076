// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import Synchronization
internal import WideColumn

/// An open file of an ``InMemoryFileSystem``.
final class InMemoryFile: File {
  let path: String
  private let inode: Int
  private let fileSystem: InMemoryFileSystem

  init(path: String, inode: Int, fileSystem: InMemoryFileSystem) {
    self.path = path
    self.inode = inode
    self.fileSystem = fileSystem
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    fileSystem.call(.read, path, offset: offset, byteCount: buffer.count)
    let bytes = fileSystem.withDisk { [inode] disk -> [UInt8] in
      guard let current = disk.inodes[inode]?.current, offset < current.count else { return [] }
      return Array(current[Int(offset)..<min(current.count, Int(offset) + buffer.count)])
    }
    unsafe bytes.withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
    return bytes.count
  }

  var isWriteBuffered: Bool { true }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    fileSystem.call(.write, path, offset: offset, byteCount: bytes.count)
    let copy = unsafe Array(bytes)
    fileSystem.withDisk { [inode] disk in disk.inodes[inode]?.write(copy, at: Int(offset)) }
  }

  func sync() throws(StoreError) {
    fileSystem.call(.sync, path)
    fileSystem.withDisk { [inode] disk in disk.inodes[inode]?.sync() }
  }

  func truncate(to size: UInt64) throws(StoreError) {
    fileSystem.call(.truncate, path, offset: size)
    fileSystem.withDisk { [inode] disk in disk.inodes[inode]?.resize(to: Int(size)) }
  }

  func size() throws(StoreError) -> UInt64 {
    fileSystem.call(.size, path)
    return fileSystem.withDisk { [inode] disk in UInt64(disk.inodes[inode]?.current.count ?? 0) }
  }

  func close() {}
}

/// A held lock of an ``InMemoryFileSystem``.
final class InMemoryLock: FileLock {
  private let path: String
  private let fileSystem: InMemoryFileSystem
  private let isHeld = Atomic(true)

  init(path: String, fileSystem: InMemoryFileSystem) {
    self.path = path
    self.fileSystem = fileSystem
  }

  deinit {
    unlock()
  }

  func unlock() {
    // Another may hold it by now.
    guard isHeld.exchange(false, ordering: .acquiringAndReleasing) else { return }
    fileSystem.withDisk { [path] disk in _ = disk.locks.remove(path) }
  }
}

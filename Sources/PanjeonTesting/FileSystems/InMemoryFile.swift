// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
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
    try fileSystem.call(.read, path)
    let bytes = fileSystem.withDisk { [inode] disk -> [UInt8] in
      guard let current = disk.inodes[inode]?.current, Int(offset) < current.count else {
        return []
      }
      return Array(current[Int(offset)..<min(current.count, Int(offset) + buffer.count)])
    }
    unsafe bytes.withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
    return bytes.count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    try fileSystem.call(.write, path)
    let copy = unsafe Array(bytes)
    fileSystem.withDisk { [inode] disk in
      unsafe copy.withUnsafeBytes { unsafe disk.inodes[inode]?.write($0, at: Int(offset)) }
    }
  }

  func sync() throws(StoreError) {
    try fileSystem.call(.sync, path)
    fileSystem.withDisk { [inode] disk in disk.inodes[inode]?.sync() }
  }

  func truncate(to size: UInt64) throws(StoreError) {
    try fileSystem.call(.truncate, path)
    fileSystem.withDisk { [inode] disk in disk.inodes[inode]?.resize(to: Int(size)) }
  }

  func size() throws(StoreError) -> UInt64 {
    try fileSystem.call(.size, path)
    return fileSystem.withDisk { [inode] disk in UInt64(disk.inodes[inode]?.current.count ?? 0) }
  }

  func close() {}
}

/// A held lock of an ``InMemoryFileSystem``.
final class InMemoryLock: FileLock {
  private let path: String
  private let fileSystem: InMemoryFileSystem

  init(path: String, fileSystem: InMemoryFileSystem) {
    self.path = path
    self.fileSystem = fileSystem
  }

  func unlock() {
    fileSystem.withDisk { [path] disk in _ = disk.locks.remove(path) }
  }
}

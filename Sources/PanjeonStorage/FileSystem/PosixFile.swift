// SPDX-License-Identifier: Apache-2.0

internal import CPanjeonFile
internal import Synchronization
internal import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file of the operating system, read and written at offsets.
final class PosixFile: File {
  let path: String
  private let descriptor: Int32
  private let isClosed = Atomic(false)

  init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    var done = 0
    while done < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = retryingInterrupts {
        unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
      }
      if count < 0 { throw systemError("read", path, offset: offset + UInt64(done)) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  func readIfCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool {
    let count = unsafe panjeon_read_cached(
      descriptor, buffer.baseAddress, buffer.count, Int64(offset))
    return count == Int64(buffer.count)
  }

  var isWriteBuffered: Bool { true }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = retryingInterrupts {
        unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
      }
      if count <= 0 { throw systemError("write", path, offset: offset + UInt64(done)) }
      done += count
    }
  }

  func beginWriteback(of bytes: Range<UInt64>) {
    panjeon_begin_writeback(descriptor, Int64(bytes.lowerBound), Int64(bytes.count))
  }

  func sync() throws(StoreError) {
    #if canImport(Darwin)
      // On Apple's systems only this reaches the disk.
      let status = Int(fcntl(descriptor, F_FULLFSYNC))
    #else
      let status = retryingInterrupts { Int(fdatasync(descriptor)) }
    #endif
    if status != 0 { throw systemError("sync", path) }
  }

  func truncate(to size: UInt64) throws(StoreError) {
    if retryingInterrupts({ Int(ftruncate(descriptor, off_t(size))) }) != 0 {
      throw systemError("truncate", path)
    }
  }

  func size() throws(StoreError) -> UInt64 {
    var status = stat()
    if unsafe fstat(descriptor, &status) != 0 { throw systemError("look at", path) }
    return UInt64(status.st_size)
  }

  func close() {
    let wasOpen = isClosed.compareExchange(
      expected: false, desired: true, ordering: .acquiringAndReleasing
    ).exchanged
    if wasOpen { closeDescriptor(descriptor) }
  }
}

/// A lock held by an open file; the system releases it with the file, or with the process.
final class PosixFileLock: FileLock {
  private let file: PosixFile

  init(_ file: PosixFile) {
    self.file = file
  }

  func unlock() {
    file.close()
  }
}

/// Calls `close`, whose name the method above hides.
private func closeDescriptor(_ descriptor: Int32) {
  _ = close(descriptor)
}

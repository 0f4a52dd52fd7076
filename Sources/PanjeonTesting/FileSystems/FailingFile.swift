// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// An open file of a ``FailingFileSystem``.
final class FailingFile: File {
  private let base: any File
  private let fileSystem: FailingFileSystem
  private let completions = CompletionsInOrder()

  init(_ base: any File, _ fileSystem: FailingFileSystem) {
    self.base = base
    self.fileSystem = fileSystem
  }

  var path: String { base.path }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    let fault = fileSystem.fault(.read, path, offset: offset, byteCount: buffer.count)
    switch fault {
    case .shortRead(let count)?:
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(max(0, count)))
      return try unsafe base.read(into: part, at: offset)
    case .flippedBit(let bit)?:
      let count = try unsafe base.read(into: buffer, at: offset)
      if count > 0 { unsafe buffer[bit / 8 % count] ^= 1 << UInt8(bit % 8) }
      return count
    default:
      return try fileSystem.carryOut("read", path, fault) { () throws(StoreError) in
        try unsafe base.read(into: buffer, at: offset)
      }
    }
  }

  var isWriteBuffered: Bool { base.isWriteBuffered }

  func beginWriteback(of bytes: Range<UInt64>) { base.beginWriteback(of: bytes) }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    let fault = fileSystem.fault(.write, path, offset: offset, byteCount: bytes.count)
    switch fault {
    case .lost?: return
    case .misdirectedWrite(let distance)?:
      let target = UInt64(max(0, Int64(offset) + distance))
      try unsafe base.write(bytes, at: target)
    case .flippedBit(let bit)?:
      var copy = unsafe Array(bytes)
      if !copy.isEmpty { copy[bit / 8 % copy.count] ^= 1 << UInt8(bit % 8) }
      try unsafe copy.withRawBytes { (copy) throws(StoreError) in
        try unsafe base.write(copy, at: offset)
      }
    case .shortWrite(let count)?:
      let part = unsafe UnsafeRawBufferPointer(rebasing: bytes.prefix(max(0, count)))
      try unsafe base.write(part, at: offset)
      throw FailingFileSystem.error("write", path, fault)
    default:
      try fileSystem.carryOut("write", path, fault) { () throws(StoreError) in
        try unsafe base.write(bytes, at: offset)
      }
    }
  }

  func sync() throws(StoreError) {
    let fault = faultOfSync()
    if fault == .lost { return }
    try fileSystem.carryOut("sync", path, fault) { () throws(StoreError) in try base.sync() }
  }

  func syncInOrder() throws(StoreError) {
    let fault = faultOfSync()
    if fault == .lost { return }
    try fileSystem.carryOut("sync", path, fault) { () throws(StoreError) in try base.syncInOrder() }
  }

  var syncsApart: Bool { base.syncsApart }

  func beginSync(_ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
    let fault = faultOfSync()
    let place = completions.add(completion)
    let error = fault.map { FailingFileSystem.error("sync", path, $0) }
    switch fault {
    case nil: base.beginSync { [completions] in completions.end(place, $0) }
    case .ioErrorAfterwards?:
      base.beginSync { [completions] result in
        completions.end(place, error.map { .failure($0) } ?? result)
      }
    case .lost?: completions.end(place, .success(()))
    default: completions.end(place, error.map { .failure($0) } ?? .success(()))
    }
  }

  private func faultOfSync() -> Fault? {
    let fault = fileSystem.fault(.sync, path)
    if case .syncDroppingPages(let alsoFromMemory)? = fault {
      fileSystem.dropUnsynced(of: path, alsoFromMemory: alsoFromMemory)
    }
    return fault
  }

  var copies: [any File] { base.copies.map { FailingFile($0, fileSystem) } }

  func reportDamagedCopy() { base.reportDamagedCopy() }

  func truncate(to size: UInt64) throws(StoreError) {
    let fault = fileSystem.fault(.truncate, path, offset: size)
    if fault == .lost { return }
    try fileSystem.carryOut("truncate", path, fault) { () throws(StoreError) in
      try base.truncate(to: size)
    }
  }

  func size() throws(StoreError) -> UInt64 {
    try fileSystem.carryOut("look at", path, fileSystem.fault(.size, path)) {
      () throws(StoreError) in try base.size()
    }
  }

  func close() {
    base.close()
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import Synchronization
internal import WideColumn

/// A file of a ``LaggingFileSystem`` whose second copy follows.
final class LaggingFile: File {
  /// The second copy, as soon as it has been opened, or what went wrong with it.
  private final class Follower: Sendable {
    private let state = Mutex<Result<any File, StoreError>?>(nil)

    func set(_ result: Result<any File, StoreError>) {
      state.withLock { $0 = result }
    }

    /// Carries a call out; once one has failed every later one does.
    func change(_ body: (any File) throws(StoreError) -> Void) throws(StoreError) {
      do throws(StoreError) {
        try body(try get())
      } catch {
        set(.failure(error))
        throw error
      }
    }

    func get() throws(StoreError) -> any File {
      guard let result = state.withLock({ $0 }) else {
        preconditionFailure("a file is opened before it is used")
      }
      return try result.get()
    }
  }

  private let leading: any File
  private let queue: FollowingQueue
  private let follower = Follower()

  init(_ leading: any File, _ fileSystem: LaggingFileSystem, _ mode: FileMode) {
    self.leading = leading
    queue = fileSystem.queue
    let path = leading.path
    queue.add(
      .name { [follower, following = fileSystem.following] () throws(StoreError) in
        let result = Result { () throws(StoreError) in try following.open(path, mode) }
        follower.set(result)
        if mode == .createNew { _ = try result.get() }
      })
  }

  var path: String { leading.path }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    try unsafe leading.read(into: buffer, at: offset)
  }

  var isWriteBuffered: Bool { leading.isWriteBuffered }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    try unsafe leading.write(bytes, at: offset)
    let copy = unsafe Array(bytes)
    change(bytes: copy.count) { (file) throws(StoreError) in
      try unsafe copy.withRawBytes { (copy) throws(StoreError) in
        try unsafe file.write(copy, at: offset)
      }
    }
  }

  func truncate(to size: UInt64) throws(StoreError) {
    try leading.truncate(to: size)
    change(bytes: 0) { (file) throws(StoreError) in try file.truncate(to: size) }
  }

  private func change(
    bytes: Int, _ body: @escaping @Sendable (any File) throws(StoreError) -> Void
  ) {
    queue.add(
      .change(bytes: bytes) { [follower] () throws(StoreError) in try follower.change(body) })
  }

  var syncsApart: Bool { true }

  func beginSync(_ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
    queue.add(
      .sync({ [follower] () throws(StoreError) in try follower.get().sync() }, completion))
  }

  func syncInOrder() throws(StoreError) {
    queue.add(.sync({ [follower] () throws(StoreError) in try follower.get().sync() }, nil))
  }

  func sync() throws(StoreError) {
    let ended = Monitor<Result<Void, StoreError>?>(nil)
    beginSync { result in
      ended.withLock { $0 = result }
      ended.notifyAll()
    }
    try ended.wait(timeout: nil) { $0 }?.get()
  }

  func size() throws(StoreError) -> UInt64 { try leading.size() }

  func close() {
    leading.close()
    change(bytes: 0) { (file) throws(StoreError) in file.close() }
  }
}

/// A file of a ``LaggingFileSystem`` of which both copies are written at the same time.
final class PairedFile: File {
  private let first: any File
  private let second: any File

  init(_ first: any File, _ second: any File) {
    self.first = first
    self.second = second
  }

  var path: String { first.path }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    try unsafe first.read(into: buffer, at: offset)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    try unsafe first.write(bytes, at: offset)
    try unsafe second.write(bytes, at: offset)
  }

  func sync() throws(StoreError) {
    try first.sync()
    try second.sync()
  }

  func truncate(to size: UInt64) throws(StoreError) {
    try first.truncate(to: size)
    try second.truncate(to: size)
  }

  func size() throws(StoreError) -> UInt64 { try first.size() }

  func close() {
    first.close()
    second.close()
  }
}

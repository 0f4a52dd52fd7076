// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension EmbeddedStore {
  /// Opens a store for reading and writing, and recovers it if it was not closed.
  ///
  /// - Parameters:
  ///   - path: The store's directory. Created if it is missing, unless the configuration says otherwise.
  ///   - configuration: Sizes, bounds, file system, clock.
  /// - Returns: The store; close it when done.
  /// - Throws: `notAStore` for a directory with other things in it; `writableByOthers` when others may change its files; `locked` when it is open for writing
  ///   elsewhere; `unsupportedFormat` when a newer version wrote it; `corruption` when what was on disk is
  ///   damaged, naming file and offset; `io`, `noSpace`; `invalidArgument` for a configuration without sense.
  public static func open(
    at path: String, configuration: StoreConfiguration = StoreConfiguration()
  ) async throws(StoreError) -> EmbeddedStore {
    try await blocking { () throws(StoreError) in
      try StoreOpener(path, configuration).open()
    }
  }

  /// Opens a store for reading, as it is at this moment, beside a process that may have it open for writing.
  ///
  /// Takes no lock and writes nothing. It sees the commits that had reached the operating system when it was opened, a prefix
  /// of them all; what is committed later it does not see, and never will: close it and open another to see more. The writer
  /// may go on, remove files by compactions, and use its log again: what this one needs it holds open (which takes
  /// their space on the disk until it is closed).
  ///
  /// - Parameters:
  ///   - path: The store's directory.
  ///   - configuration: Sizes, bounds, file system, clock.
  /// - Returns: The store; close it when done.
  /// - Throws: As ``open(at:configuration:)``, but for `locked`; `unavailable` when the writer replaced its
  ///   files faster than they could be read, 50 times in a row: try again.
  public static func openReadOnly(
    at path: String, configuration: StoreConfiguration = StoreConfiguration()
  ) async throws(StoreError) -> EmbeddedStore {
    try await blocking { () throws(StoreError) in
      try ReadOnlyOpener(path, configuration).open()
    }
  }

  /// Runs what blocks on a thread of its own.
  package static func blocking<T: Sendable>(
    _ body: @escaping @Sendable () throws(StoreError) -> T
  ) async throws(StoreError) -> T {
    let result: Result<T, StoreError> = unsafe await withUnsafeContinuation { continuation in
      _ = WorkerThread(name: "panjeon-open", isDetached: true) {
        let result = Result { () throws(StoreError) in try body() }
        HandOver.fence()
        unsafe continuation.resume(returning: result)
      }
    }
    HandOver.fence()
    return try result.get()
  }

  /// Closes the store: what is in memory goes to SSTables, threads end, the lock is released.
  ///
  /// Every acknowledged commit of durability `operatingSystem` or better is as durable as before; those of
  /// durability `memory` become durable. Calls that come later throw `closed`; closing twice is harmless. Throws
  /// `io`, `noSpace` or `readOnly` when the memtables could not be flushed: what the log has of them the next open
  /// recovers; commits of durability `memory` that the log lacks are lost. Either way the store is closed.
  public func close() async throws(StoreError) {
    guard lifecycle.beginClosing() else { return }
    let result: Result<Void, StoreError> = unsafe await withUnsafeContinuation { continuation in
      _ = WorkerThread(name: "panjeon-close", isDetached: true) { [self] in
        let result = Result { () throws(StoreError) in try shutDown() }
        HandOver.fence()
        unsafe continuation.resume(returning: result)
      }
    }
    HandOver.fence()
    try result.get()
  }

  private func shutDown() throws(StoreError) {
    defer {
      executor.shutDown()
      mounted?.unmount()
      lock?.unlock()
      lifecycle.finishClosing()
    }
    guard let background else { return }
    background.stopAllButLog()
    let flushed = Result { () throws(StoreError) in
      if pipeline.failure == nil { try background.flushAll() }
    }
    pipeline.beginClosing()
    background.joinLogThread()
    background.finishEvents()
    background.segments.close()
    try flushed.get()
    if let failure = pipeline.failure { throw failure }
    try background.environment.versions.close()
  }
}

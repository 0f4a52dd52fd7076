// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What a store does when something cannot be written: it goes read-only, says why, and can be resumed.
extension EmbeddedStore {
  /// Why the store takes no writes now; nil when it does.
  ///
  /// Code `readOnly`; its `cause` is what failed first: `noSpace` when the disk was full, `io` when a write or a sync failed.
  /// Reading goes on meanwhile. ``resume()`` makes it nil again. A store that was opened for reading only has no other cause.
  public var readOnlyCause: StoreError? {
    background == nil ? openedReadOnly : pipeline.failure
  }

  private var openedReadOnly: StoreError {
    StoreError(.readOnly, "the store was opened for reading only", file: directory)
  }

  /// The store's threads, if it takes writes.
  ///
  /// Throws `readOnly` with the cause.
  func requireWritable() throws(StoreError) -> BackgroundWork {
    guard let background else { throw openedReadOnly }
    if let failure = pipeline.failure { throw failure }
    return background
  }

  /// Takes writes again after the cause is gone: space has been freed, the disk is back.
  ///
  /// Writes everything that is in memory to SSTables and begins a new log and, if need be, a new MANIFEST, so that nothing
  /// depends on a file whose write or sync has failed. When it returns, every commit so far is as durable as `disk`, those
  /// with unknown outcome included: they have happened. Does nothing when the store takes writes. After RocksDB's
  /// `Resume()`, but for failed syncs too.
  ///
  /// Throws `io` or `noSpace` when writing still fails; the store then stays as it was, and this may be called again.
  /// Throws `readOnly` for a store that was opened so, and `closed`.
  public func resume() async throws(StoreError) {
    try requireOpen()
    guard let background else { throw openedReadOnly }
    try await background.regions.run(evenWhenHalted: true) { _ throws(StoreError) in
      try background.resumption.run()
    }
  }
}

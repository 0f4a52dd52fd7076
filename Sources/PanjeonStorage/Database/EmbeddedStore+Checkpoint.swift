// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension EmbeddedStore {
  /// Writes everything that is in memory to SSTables; when it returns, every commit made before the call is as durable as
  /// `disk`.
  ///
  /// Nobody needs to call it: memory is flushed when it is full, and on closing. Throws `readOnly`, `io`, `noSpace`, `closed`.
  public func flush() async throws(StoreError) {
    try requireOpen()
    let background = try requireWritable()
    try await background.regions.run { _ throws(StoreError) in try background.flush.runAlone() }
  }

  /// Makes a store of its own of what this one holds now; durable when it returns.
  ///
  /// The checkpoint holds exactly the commits up to one moment between call and return, all of those acknowledged before
  /// the call among them. SSTables become hard links, or copies where the file system gives none, so that it costs little
  /// but the flush of what is in memory. Commits go on meanwhile; flush and compaction wait. The checkpoint begins a life of
  /// its own (``incarnation``). For copies on another disk see ``backUp(to:label:)``.
  ///
  /// - Parameter path: The directory, which must be empty or missing (its parent must exist), and not within the store's own.
  /// - Throws: `invalidArgument` when the directory holds anything, or lies within the store's; `writableByOthers` when others could change it;
  ///   `readOnly`, `io`, `noSpace`, `closed`. What then stands at the path is no store, or, when not even that could be
  ///   removed again, a whole one.
  public func checkpoint(at path: String) async throws(StoreError) {
    try requireOpen()
    let background = try requireWritable()
    try await background.regions.run { _ throws(StoreError) in
      try background.checkpoint.run(at: path)
    }
  }
}

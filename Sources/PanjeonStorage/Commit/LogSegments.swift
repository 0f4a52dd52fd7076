// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Synchronization
package import WideColumn

/// The segments of the write-ahead log on disk: the one being written, the older ones still needed, and spares.
///
/// Writing is for whoever has the log; ``release(below:recycles:)`` may be called from any thread. A segment is handed
/// over to the next like this: the old one is synced to its end, the next is created or taken from the spares
/// under its new name, the directory is synced, and its header says where the old one ended. So no byte of a
/// segment is ever durable while a byte of an older one is not. More than that order is not asked for: where syncs are apart from
/// writers, nobody waits for them here (``File/syncInOrder()``), and the end of a later sync tells of the older segments too.
@safe package final class LogSegments: @unchecked Sendable {
  // Unchecked: `writer` is touched only by whoever has the log, its thread or the task that it is lent to (before that
  // thread starts and after it has ended, by the one that opens and closes the store; while it sleeps on a broken log,
  // by the one that resumes it); all else is immutable or guarded.

  private struct Segment {
    var number: UInt64
    var bytes: UInt64
  }

  private struct Shelf {
    var live: [Segment]
    var spares: [UInt64] = []
  }

  private let fileSystem: any FileSystem
  private let logger: Logger
  private let directory: String
  private let segmentBytes: UInt64
  private let growthBytes: UInt64
  private let sparesMax: Int
  private let fileNumbers: AtomicNumber
  private let shelf: Mutex<Shelf>
  private var writer: LogWriter
  private var currentFile: any File
  /// Whether the file system keeps copies of its files, and whether else writes of the log do not wait: that never changes.
  private let hasCopies: Bool
  private let isAlwaysBuffered: Bool

  /// Begins a log with a segment that follows `previous`.
  ///
  /// - Parameters:
  ///   - configuration: Sizes and the file system.
  ///   - directory: The store's directory.
  ///   - fileNumbers: Where the numbers of files come from.
  ///   - previous: The last segment that recovery read, which is synced, and where it ended.
  ///   - live: The segments that recovery read, all of them still needed.
  /// - Throws: `io`, `noSpace`.
  package init(
    configuration: StoreConfiguration, directory: String, fileNumbers: AtomicNumber,
    previous: (number: UInt64, end: UInt64)?, live: [(number: UInt64, bytes: UInt64)]
  ) throws(StoreError) {
    fileSystem = configuration.fileSystem
    logger = configuration.logger
    self.directory = directory
    segmentBytes = UInt64(configuration.logSegmentBytes)
    self.fileNumbers = fileNumbers
    let number = fileNumbers.next()
    currentFile = try fileSystem.open(FileNames.path(directory, .log(number)), .createNew)
    // Of a copy that follows there may be no name yet that could be synced.
    try fileSystem.syncDirectoryInOrder(directory)
    // A name that is used again would be two files to a copy that follows.
    hasCopies = currentFile.syncsApart || !currentFile.copies.isEmpty
    isAlwaysBuffered = !hasCopies && currentFile.isWriteBuffered
    sparesMax = hasCopies ? 0 : configuration.spareLogSegmentsMax
    growthBytes = min(256 << 10, segmentBytes / 64)
    writer = LogWriter(
      file: currentFile, number: number, previous: previous, growthBytes: growthBytes)
    shelf = Mutex(
      Shelf(
        live: live.map { Segment(number: $0.number, bytes: $0.bytes) }
          + [Segment(number: number, bytes: 0)]))
  }

  /// The number of the segment being written.
  package var currentNumber: UInt64 {
    shelf.withLock { $0.live.last?.number ?? 0 }
  }

  /// Whether a record of this size should begin the next segment.
  package func isFull(for recordBytes: Int) -> Bool {
    writer.offset > 4096 && writer.offset + UInt64(recordBytes) > segmentBytes
  }

  /// Whether a write to the segment only copies into the memory of the system, now: of one with copies that depends on those that are left.
  package var isWriteBuffered: Bool {
    isAlwaysBuffered || (hasCopies && currentFile.isWriteBuffered)
  }

  package func append(_ record: [UInt8]) {
    unsafe record.withUnsafeBytes { unsafe writer.append($0) }
  }

  package func flush() throws(StoreError) {
    try writer.flush()
    let end = writer.offset
    shelf.withLock { shelf in
      shelf.live[shelf.live.count - 1].bytes = end
    }
  }

  package func sync() throws(StoreError) {
    try writer.flush()
    try writer.sync()
  }

  /// Whether a sync of the segment being written is to be begun, and not waited for.
  package var syncsApart: Bool { currentFile.syncsApart }

  /// Begins to make all that has been flushed durable; the end of it is told on whatever thread.
  ///
  /// Of all segments: the older ones are durable before this one is.
  package func beginSync(_ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
    writer.beginSync(completion)
  }

  /// Ends the current segment and begins the next; returns its number.
  package func beginNext() throws(StoreError) -> UInt64 {
    try flush()
    try writer.syncInOrder()
    let ended = (number: currentNumber, end: writer.offset)
    let number = fileNumbers.next()
    let path = FileNames.path(directory, .log(number))
    let file: any File
    var fileBytes: UInt64 = 0
    if let spare = shelf.withLock({ $0.spares.popLast() }) {
      try fileSystem.rename(FileNames.path(directory, .log(spare)), to: path)
      file = try fileSystem.open(path, .readWrite)
      fileBytes = try file.size()
    } else {
      file = try fileSystem.open(path, .createNew)
    }
    try fileSystem.syncDirectoryInOrder(directory)
    currentFile.close()
    currentFile = file
    writer = LogWriter(
      file: file, number: number, previous: ended, fileBytes: fileBytes, growthBytes: growthBytes)
    shelf.withLock { $0.live.append(Segment(number: number, bytes: 0)) }
    return number
  }

  /// Begins the log anew with segment `number`, after everything in order has been flushed: no older segment is needed.
  ///
  /// The MANIFEST must already say that recovery begins at `number`. For the thread that resumes the store, while the
  /// log's own sleeps. No old segment is used again: one of them may be poisoned by a failed sync.
  package func beginAnew(_ number: UInt64) throws(StoreError) {
    let file = try fileSystem.open(FileNames.path(directory, .log(number)), .createNew)
    try fileSystem.syncDirectoryInOrder(directory)
    currentFile.close()
    currentFile = file
    writer = LogWriter(file: file, number: number, previous: nil, growthBytes: growthBytes)
    let old = shelf.withLock { shelf -> [UInt64] in
      defer { shelf = Shelf(live: [Segment(number: number, bytes: 0)]) }
      return shelf.live.map(\.number) + shelf.spares
    }
    for number in old {
      do throws(StoreError) {
        try fileSystem.remove(FileNames.path(directory, .log(number)))
      } catch {
        logger.warning(
          "a log segment stays behind; the next open removes it", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Gives up the segments below `number`: some become spares, the rest are removed.
  ///
  /// The MANIFEST must already say that recovery begins at `number` or later.
  /// With `recycles` false none becomes a spare.
  package func release(below number: UInt64, recycles: Bool = true) throws(StoreError) {
    let sparesMax = recycles ? sparesMax : 0
    let removed = shelf.withLock { shelf -> [UInt64] in
      let released = shelf.live.dropLast().filter { $0.number < number }
      shelf.live.removeFirst(released.count)
      var removed: [UInt64] = []
      for segment in released {
        if shelf.spares.count < sparesMax {
          shelf.spares.append(segment.number)
        } else {
          removed.append(segment.number)
        }
      }
      return removed
    }
    for number in removed {
      try fileSystem.remove(FileNames.path(directory, .log(number)))
    }
  }

  /// The bytes of the segments still needed, and how many they are.
  package var live: (bytes: UInt64, count: Int) {
    shelf.withLock { shelf in
      (shelf.live.reduce(0) { $0 + $1.bytes }, shelf.live.count)
    }
  }

  /// The numbers of the segments still needed, oldest first; the last is the one being written.
  package var liveNumbers: [UInt64] {
    shelf.withLock { $0.live.map(\.number) }
  }

  /// The numbers of all segments, those needed and the spares.
  package var knownNumbers: Set<UInt64> {
    shelf.withLock { Set($0.live.map(\.number) + $0.spares) }
  }

  /// Where a segment that is needed ends so far.
  package func end(of number: UInt64) -> UInt64? {
    shelf.withLock { shelf in shelf.live.first { $0.number == number }?.bytes }
  }

  /// The number of the oldest segment still needed.
  package var oldestNumber: UInt64 {
    shelf.withLock { $0.live.first?.number ?? 0 }
  }

  package func close() {
    currentFile.close()
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// The opening of a store's SSTables, of several at once: what is read of each, its index and its filter, comes from another place of the
/// disk.
package final class TableOpening: Sendable {
  /// How many threads there are at the most, with the caller's.
  package static let threadsMax = 4

  /// For fewer files each no thread is started.
  private static let filesPerThreadMin = 8

  private let records: [FileRecord]
  private let open: @Sendable (FileRecord) throws(StoreError) -> TableFile?
  private let next = AtomicNumber(0)
  private let results = Mutex([Int: Result<TableFile?, StoreError>]())

  private init(
    _ records: [FileRecord],
    _ open: @escaping @Sendable (FileRecord) throws(StoreError) -> TableFile?
  ) {
    self.records = records
    self.open = open
  }

  /// Opens files.
  ///
  /// - Parameters:
  ///   - records: The files, each once.
  ///   - open: Opens one; called by several threads at once, for most in the order of the files. Nil: it is left out.
  /// - Returns: Those that were not left out, by number.
  /// - Throws: What `open` throws, of the first file of those that could not be opened.
  package static func run(
    _ records: [FileRecord],
    _ open: @escaping @Sendable (FileRecord) throws(StoreError) -> TableFile?
  ) throws(StoreError) -> [UInt64: TableFile] {
    let opening = TableOpening(records, open)
    let count = min(threadsMax, records.count / filesPerThreadMin)
    let threads = (1..<max(1, count)).map { number in
      WorkerThread(name: "panjeon-open-\(number)") { opening.work() }
    }
    opening.work()
    for thread in threads { thread.join() }
    return try opening.files()
  }

  private func work() {
    while true {
      let place = Int(next.next())
      if place >= records.count { return }
      let result = Result { () throws(StoreError) in try open(records[place]) }
      results.withLock { $0[place] = result }
      // Those before it have been begun, and come to their end; of those behind it nobody will know.
      if case .failure = result { next.raise(to: UInt64(records.count)) }
    }
  }

  private func files() throws(StoreError) -> [UInt64: TableFile] {
    let results = results.withLock { $0 }
    var files: [UInt64: TableFile] = [:]
    for (place, record) in records.enumerated() {
      if let file = try results[place]?.get() { files[record.number] = file }
    }
    return files
  }
}

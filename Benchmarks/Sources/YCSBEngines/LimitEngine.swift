// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import YCSB

/// What the machine allows: records in memory, found by a hash and copied out; writes in a bare log.
///
/// It keeps no order (a scan copies records as they were inserted), checks nothing, recovers nothing. Its log is
/// written as Panjeon's is: whoever finds nobody writing writes for all who wait; on disk, one thread syncs a file
/// whose bytes exist already.
package final class LimitEngine: Engine {
  fileprivate struct Shard {
    var places: [[UInt8]: Int] = [:]
    var records: [[UInt8]] = []
  }

  fileprivate final class LockedShard: Sendable {
    let shard = Mutex(Shard())
  }

  fileprivate static let shardCount = 64

  fileprivate let shards = (0..<shardCount).map { _ in LockedShard() }
  fileprivate let log: LimitLog
  fileprivate let options: EngineOptions

  init(_ options: EngineOptions) throws {
    self.options = options
    log = try LimitLog(path: options.directory + "/log", durability: options.durability)
  }

  package var kind: ClientKind { .suspending }

  package func makeClient() throws -> any EngineClient {
    LimitClient(self)
  }

  package func settle() async throws {}

  package func figures() async throws -> EngineFigures {
    var figures = EngineFigures()
    figures.storedBytes = log.writtenBytes
    return figures
  }

  package func close() async throws {
    log.shutDown()
  }

  /// Goes on with another durability, over the same records.
  package func use(_ durability: EngineOptions.Durability) throws {
    log.use(durability)
  }

  fileprivate func shard(_ key: [UInt8]) -> (shard: LockedShard, number: Int) {
    var hash: UInt64 = 0
    for byte in key.suffix(8) { hash = hash &* 31 &+ UInt64(byte) }
    let number = Int((hash &* 0x9E37_79B9_7F4A_7C15) >> 58)
    return (shards[number], number)
  }
}

private final class LimitClient: EngineClient {
  private let engine: LimitEngine
  private var copy: [UInt8] = []
  private var record: [UInt8] = []

  init(_ engine: LimitEngine) {
    self.engine = engine
  }

  private func fetch(_ key: [UInt8]) -> Bool {
    engine.shard(key).shard.shard.withLock { shard in
      guard let place = shard.places[key] else { return false }
      copy.removeAll(keepingCapacity: true)
      copy.append(contentsOf: shard.records[place])
      return true
    }
  }

  private func deliver(_ fields: [Int]?, to sink: FieldSink) {
    copy.withUnsafeBytes { bytes in
      RowValue.forEach(bytes) { field, value in
        if fields?.contains(field) ?? true { sink.take(field: field, value) }
      }
    }
  }

  func read(_ key: [UInt8], fields: [Int]?, into sink: FieldSink) async throws -> Status {
    guard fetch(key) else { return .notFound }
    deliver(fields, to: sink)
    return .ok
  }

  func scan(
    from key: [UInt8], count: Int, fields: [Int]?, into sink: FieldSink
  ) async throws -> Int {
    let (shard, _) = engine.shard(key)
    guard var place = shard.shard.withLock({ $0.places[key] }) else { return 0 }
    var found = 0
    while found < count {
      let isThere = shard.shard.withLock { shard in
        guard !shard.records.isEmpty else { return false }
        if place >= shard.records.count { place = 0 }
        copy.removeAll(keepingCapacity: true)
        copy.append(contentsOf: shard.records[place])
        return true
      }
      guard isThere else { break }
      key.withUnsafeBytes { sink.begin($0) }
      deliver(fields, to: sink)
      place += 1
      found += 1
    }
    return found
  }

  func update(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try await engine.log.commit(logged(key, values))
    store(key, values)
    return .ok
  }

  func insert(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try await update(key, values)
  }

  private func logged(_ key: [UInt8], _ values: FieldValues) -> [UInt8] {
    record.removeAll(keepingCapacity: true)
    record.append(UInt8(truncatingIfNeeded: key.count))
    record.append(contentsOf: key)
    RowValue.append(values, to: &record)
    return record
  }

  private func store(_ key: [UInt8], _ values: FieldValues) {
    engine.shard(key).shard.shard.withLock { shard in
      guard let place = shard.places[key] else {
        var record: [UInt8] = []
        RowValue.append(values, to: &record)
        shard.places[key] = shard.records.count
        shard.records.append(record)
        return
      }
      if !overwrite(&shard.records[place], values) {
        var merged: [UInt8] = []
        shard.records[place].withUnsafeBytes { RowValue.merge($0, values, to: &merged) }
        shard.records[place] = merged
      }
    }
  }

  /// Writes values of unchanged lengths where they stand.
  private func overwrite(_ record: inout [UInt8], _ values: FieldValues) -> Bool {
    var written = 0
    record.withUnsafeMutableBytes { bytes in
      var offset = 0
      while offset + 5 <= bytes.count, written < values.count {
        let field = Int(bytes[offset]) | Int(bytes[offset + 1]) << 8
        let count =
          Int(bytes[offset + 2]) | Int(bytes[offset + 3]) << 8 | Int(bytes[offset + 4]) << 16
        if let index = values.fields.firstIndex(of: field) {
          guard values.range(index).count == count else { return }
          values.bytes.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(rebasing: bytes[(offset + 5)..<(offset + 5 + count)])
              .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[values.range(index)]))
          }
          written += 1
        }
        offset += 5 + count
      }
    }
    return written == values.count
  }

  func delete(_ key: [UInt8]) async throws -> Status {
    try await engine.log.commit(key)
    // The place stays, empty: nothing that is measured notices.
    engine.shard(key).shard.shard.withLock { shard in
      if let place = shard.places.removeValue(forKey: key) { shard.records[place] = [] }
    }
    return .ok
  }

  func transact(_ plan: TransactionPlan) async throws -> Int {
    var rows: [RowFields] = []
    for read in plan.reads {
      var fields = RowFields()
      if fetch(read.key) {
        copy.withUnsafeBytes { bytes in
          RowValue.forEach(bytes) { field, value in
            fields.values.append((field: field, value: Array(value)))
          }
        }
      }
      rows.append(fields)
    }
    let writes = plan.decide(rows)
    var bytes: [UInt8] = []
    for write in writes {
      bytes.append(contentsOf: logged(write.key, write.values))
      for (_, text) in write.messages { bytes.append(contentsOf: text) }
    }
    if !bytes.isEmpty { try await engine.log.commit(bytes) }
    for write in writes {
      if write.isDelete {
        engine.shard(write.key).shard.shard.withLock {
          _ = $0.places.removeValue(forKey: write.key)
        }
      } else if write.values.count > 0 {
        store(write.key, write.values)
      }
    }
    return 0
  }
}

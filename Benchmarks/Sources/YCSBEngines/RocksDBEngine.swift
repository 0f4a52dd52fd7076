// SPDX-License-Identifier: Apache-2.0

internal import CRocksDB
internal import YCSB

/// RocksDB by its C interface, without transactions.
final class RocksDBEngine: Engine, @unchecked Sendable {
  // Unchecked: RocksDB's handles may be used by any thread, and these are set once.
  enum Layout {
    case cell, row
  }

  let database: OpaquePointer
  let rocks: RocksDBOptions
  let options: EngineOptions
  private let layout: Layout

  init(_ options: EngineOptions, layout: Layout) throws {
    self.options = options
    self.layout = layout
    let rocks = try RocksDBOptions(
      options, prefixBytes: layout == .cell ? CellKeys(options).prefixBytes : nil)
    self.rocks = rocks
    let opened = try RocksDBError.check { rocksdb_open(rocks.options, options.directory, &$0) }
    guard let opened else { throw RocksDBError(description: "RocksDB did not open") }
    database = opened
  }

  var kind: ClientKind { .blocking }

  func makeClient() throws -> any EngineClient {
    switch layout {
    case .cell: RocksDBCellClient(self)
    case .row: RocksDBRowClient(self)
    }
  }

  func settle() async throws {
    try await RocksDBProperties.settle { rocksdb_property_value(self.database, $0) }
  }

  func figures() async throws -> EngineFigures {
    var figures = EngineFigures()
    figures.storedBytes = FileTree.bytes(options.directory)
    figures.stallSeconds = RocksDBProperties.stallSeconds {
      rocksdb_property_value(self.database, $0)
    }
    return figures
  }

  func close() async throws {
    rocksdb_close(database)
  }
}

/// What RocksDB says of itself.
enum RocksDBProperties {
  typealias Ask = (String) -> UnsafeMutablePointer<CChar>?

  static func text(_ name: String, _ ask: Ask) -> String? {
    guard let value = ask(name) else { return nil }
    defer { rocksdb_free(value) }
    return String(cString: value)
  }

  static func settle(_ ask: Ask) async throws {
    let busy = [
      "rocksdb.num-running-compactions", "rocksdb.num-running-flushes",
      "rocksdb.compaction-pending", "rocksdb.mem-table-flush-pending",
    ]
    while busy.contains(where: { text($0, ask).flatMap { Int($0) } ?? 0 > 0 }) {
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// From the line "Cumulative stall: 00:00:0.123 H:M:S, 0.1 percent".
  static func stallSeconds(_ ask: Ask) -> Double? {
    guard let statistics = text("rocksdb.dbstats", ask) ?? text("rocksdb.stats", ask),
      let start = statistics.firstRange(of: "Cumulative stall: ")?.upperBound
    else { return nil }
    let parts = statistics[start...].prefix { $0 != " " }.split(separator: ":").map { Double($0) }
    guard parts.count == 3, let hours = parts[0], let minutes = parts[1], let seconds = parts[2]
    else { return nil }
    return hours * 3600 + minutes * 60 + seconds
  }
}

/// A record as one value: its fields' numbers, lengths and bytes.
enum RowValue {
  static func append(_ values: FieldValues, to bytes: inout [UInt8]) {
    for index in 0..<values.count {
      let range = values.range(index)
      append(field: values.fields[index], count: range.count, to: &bytes)
      bytes.append(contentsOf: values.bytes[range])
    }
  }

  private static func append(field: Int, count: Int, to bytes: inout [UInt8]) {
    bytes.append(UInt8(field & 0xFF))
    bytes.append(UInt8(field >> 8))
    for shift in [0, 8, 16] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
  }

  static func forEach(
    _ value: UnsafeRawBufferPointer, _ body: (Int, UnsafeRawBufferPointer) -> Void
  ) {
    var offset = 0
    while offset + 5 <= value.count {
      let field = Int(value[offset]) | Int(value[offset + 1]) << 8
      let count =
        Int(value[offset + 2]) | Int(value[offset + 3]) << 8 | Int(value[offset + 4]) << 16
      body(field, UnsafeRawBufferPointer(rebasing: value[(offset + 5)..<(offset + 5 + count)]))
      offset += 5 + count
    }
  }

  /// Writes new values over old ones; appends fields that are new.
  static func merge(_ old: UnsafeRawBufferPointer, _ new: FieldValues, to bytes: inout [UInt8]) {
    forEach(old) { field, value in
      if new.fields.contains(field) { return }
      append(field: field, count: value.count, to: &bytes)
      bytes.append(contentsOf: value)
    }
    append(new, to: &bytes)
  }
}

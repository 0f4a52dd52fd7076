// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRDB
internal import YCSB

/// Operations as prepared statements, which GRDB keeps for each connection.
final class SQLiteClient: EngineClient {
  private let engine: SQLiteEngine
  private let allFields: [Int]
  private let insertStatement: String

  init(_ engine: SQLiteEngine) {
    self.engine = engine
    let count = engine.options.fieldCount
    allFields = Array(0..<count)
    let names = allFields.map { "f\($0)" }.joined(separator: ", ")
    let marks = Array(repeating: "?", count: count + 1).joined(separator: ", ")
    insertStatement = "INSERT OR REPLACE INTO usertable (key, \(names)) VALUES (\(marks))"
  }

  private func columns(_ fields: [Int]) -> String {
    fields.map { "f\($0)" }.joined(separator: ", ")
  }

  private static func deliver(
    _ row: Row, _ fields: [Int], from first: Int, to sink: FieldSink
  ) throws {
    for (index, field) in fields.enumerated() {
      // A copy, which is the client's own.
      guard let value = row[first + index] as Data? else { continue }
      value.withUnsafeBytes { sink.take(field: field, $0) }
    }
  }

  func read(_ key: [UInt8], fields: [Int]?, into sink: FieldSink) async throws -> Status {
    let fields = fields ?? allFields
    let sql = "SELECT \(columns(fields)) FROM usertable WHERE key = ?"
    return try synchronously(engine.pool).read { database in
      let statement = try database.cachedStatement(sql: sql)
      let rows = try Row.fetchCursor(statement, arguments: [Data(key)])
      guard let row = try rows.next() else { return .notFound }
      try Self.deliver(row, fields, from: 0, to: sink)
      return .ok
    }
  }

  func scan(
    from key: [UInt8], count: Int, fields: [Int]?, into sink: FieldSink
  ) async throws -> Int {
    let fields = fields ?? allFields
    let sql = "SELECT key, \(columns(fields)) FROM usertable WHERE key >= ? ORDER BY key LIMIT ?"
    return try synchronously(engine.pool).read { database in
      let statement = try database.cachedStatement(sql: sql)
      let rows = try Row.fetchCursor(statement, arguments: [Data(key), count])
      var found = 0
      while let row = try rows.next() {
        (row[0] as Data).withUnsafeBytes { sink.begin($0) }
        try Self.deliver(row, fields, from: 1, to: sink)
        found += 1
      }
      return found
    }
  }

  func update(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try synchronously(engine.pool).write { database in
      try Self.update(key, values, database) ? .ok : .notFound
    }
  }

  private static func update(
    _ key: [UInt8], _ values: FieldValues, _ database: Database
  ) throws -> Bool {
    let assignments = values.fields.map { "f\($0) = ?" }.joined(separator: ", ")
    let statement = try database.cachedStatement(
      sql: "UPDATE usertable SET \(assignments) WHERE key = ?")
    var arguments: [any DatabaseValueConvertible] = (0..<values.count).map {
      Data(values.value($0))
    }
    arguments.append(Data(key))
    try statement.execute(arguments: StatementArguments(arguments))
    return database.changesCount > 0
  }

  func insert(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try synchronously(engine.pool).write { database in
      try self.insert(key, values, database)
      return .ok
    }
  }

  private func insert(_ key: [UInt8], _ values: FieldValues, _ database: Database) throws {
    let statement = try database.cachedStatement(sql: insertStatement)
    var fields = [(any DatabaseValueConvertible)?](repeating: nil, count: allFields.count)
    for index in 0..<values.count { fields[values.fields[index]] = Data(values.value(index)) }
    try statement.execute(arguments: StatementArguments([Data(key)] + fields))
  }

  func delete(_ key: [UInt8]) async throws -> Status {
    try synchronously(engine.pool).write { database in
      try Self.delete(key, database)
      return .ok
    }
  }

  private static func delete(_ key: [UInt8], _ database: Database) throws {
    try database.cachedStatement(sql: "DELETE FROM usertable WHERE key = ?")
      .execute(arguments: [Data(key)])
  }

  func transact(_ plan: TransactionPlan) async throws -> Int {
    if plan.isReadOnly {
      try synchronously(engine.pool).read { database in
        _ = plan.decide(try plan.reads.map { try self.read($0, database) })
      }
      return 0
    }
    // One writer at a time: what is read within its transaction holds until it commits.
    try synchronously(engine.pool).write { database in
      let rows = try plan.reads.map { try self.read($0, database) }
      for write in plan.decide(rows) { try self.apply(write, database) }
    }
    return 0
  }

  private func read(_ read: RowRead, _ database: Database) throws -> RowFields {
    var result = RowFields()
    switch read.part {
    case .fields(let some):
      let fields = some.isEmpty ? allFields : some
      let statement = try database.cachedStatement(
        sql: "SELECT \(columns(fields)) FROM usertable WHERE key = ?")
      let rows = try Row.fetchCursor(statement, arguments: [Data(read.key)])
      guard let row = try rows.next() else { return result }
      for (index, field) in fields.enumerated() {
        if let value = row[index] as Data? {
          result.values.append((field: field, value: Array(value)))
        }
      }
    case .newestMessages(let count):
      let statement = try database.cachedStatement(
        sql: "SELECT text FROM message WHERE key = ? ORDER BY id DESC LIMIT ?")
      let rows = try Row.fetchCursor(statement, arguments: [Data(read.key), count])
      while let row = try rows.next() {
        result.values.append((field: result.values.count, value: Array(row[0] as Data)))
      }
    }
    return result
  }

  private func apply(_ write: RowWrite, _ database: Database) throws {
    if write.isDelete { return try Self.delete(write.key, database) }
    if write.values.count == allFields.count {
      try insert(write.key, write.values, database)
    } else if write.values.count > 0, try !Self.update(write.key, write.values, database) {
      try insert(write.key, write.values, database)
    }
    for (id, text) in write.messages {
      try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO message (key, id, text) VALUES (?, ?, ?)"
      ).execute(arguments: [Data(write.key), Int64(id), Data(text)])
    }
  }
}

/// The pool without its asynchronous methods, which Swift prefers in asynchronous functions: a client blocks its own
/// thread, as a thread of any program would.
private struct SynchronousPool {
  let pool: DatabasePool

  func read<R>(_ body: (Database) throws -> R) throws -> R { try pool.read(body) }
  func write<R>(_ body: (Database) throws -> R) throws -> R { try pool.write(body) }
}

private func synchronously(_ pool: DatabasePool) -> SynchronousPool { SynchronousPool(pool: pool) }

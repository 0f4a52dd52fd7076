// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// Brings back what a ``CoupleExport`` wrote, in a store that has neither the couple nor its users.
///
/// **For files that are trusted, and users that are not there**: that a line belongs to the couple of the file is not verified yet, and that the users are absent is seen
/// only in the end, when what they share has been written.
///
/// ```swift
/// var importer = CoupleImport(between)
/// for try await text in lines { try await importer.add(ExportLine(json: text)) }
/// try await importer.finish()
/// ```
///
/// Records are stored as the bytes they were, fields included that the program does not know, and another export gives the same lines. Lines are written in transactions of some hundred;
/// accounts, users and the couple itself come with the last one, in ``finish()``: until then it is nobody's, and an import that was cut off is to be begun again.
/// The bytes of photos, voices and copies must be in the service's blob store already, where it has one.
public struct CoupleImport<Store: AtomicBatchStore>: Sendable {
  private let service: BetweenService<Store>
  private var couple: RandomID?
  private var pending: [ExportLine] = []
  private var roots: [ExportLine] = []
  private var count = 0
  private var isAtEnd = false

  /// How many lines are written in one transaction: 128.
  public static var linesPerTransaction: Int { 128 }
  /// How many bytes of records are, at about: 1 MiB.
  public static var bytesPerTransaction: Int { 1 << 20 }
  private var pendingBytes = 0

  /// An import into a service's store.
  public init(_ service: BetweenService<Store>) { self.service = service }

  /// Takes a line, the next of the file.
  ///
  /// Throws `malformedExport`; `notEmpty` when the couple is there already; errors of transactions.
  public mutating func add(_ line: ExportLine) async throws {
    guard !isAtEnd else { throw Self.malformed("there is a line behind the end") }
    switch line {
    case .header(let id):
      guard couple == nil else { throw Self.malformed("there is a second header") }
      couple = id
      try await requireAbsent(Key(.relationship, id))
    case .end(let expected):
      guard couple != nil, expected == count else {
        throw Self.malformed("\(count) lines, where \(expected) were written")
      }
      isAtEnd = true
    case .record(let key, let stored), .metadata(let key, let stored):
      guard couple != nil else { throw Self.malformed("the header is missing") }
      count += 1
      if try await isRoot(key) {
        roots.append(line)
        guard roots.count <= Self.rootsMax else { throw Self.malformed("too many roots") }
      } else {
        pending.append(line)
        pendingBytes += stored.count
      }
      if pending.count >= Self.linesPerTransaction || pendingBytes >= Self.bytesPerTransaction {
        try await flush()
      }
    }
  }

  /// Writes the rest, and makes it all seen; durable as the service's transactions when it returns.
  ///
  /// - Returns: How many records and metadata there were.
  /// - Throws: `malformedExport` when the last line was not the end; `emailTaken`, `notEmpty`; errors of transactions.
  @discardableResult
  public mutating func finish() async throws -> Int {
    guard isAtEnd, roots.count == Self.rootsMax else {
      throw Self.malformed("the end is missing")
    }
    try await flush()
    let roots = roots
    do {
      try await service.write { transaction in
        for case .record(let key, let stored) in roots {
          let there = try await transaction.get(
            Get(key.row, columns: Self.column(key)), in: key.table)
          guard there == nil else { throw Self.notEmpty(key) }
          try await BetweenRecords.put(stored, at: key, in: &transaction)
        }
      }
    } catch let error as DatastoreError where error.code == .uniqueViolation {
      throw BetweenError(.emailTaken, "another account has an address of the two")
    }
    return count
  }

  /// Two accounts, two users, and the couple.
  private static var rootsMax: Int { 5 }

  private mutating func flush() async throws {
    if pending.isEmpty { return }
    let lines = pending
    for case .record(let key, let stored) in lines {
      for blob in BetweenRecords.blobs(of: stored, at: key) {
        try await service.datastore.adoptBlob(blob, in: service.blobs)
      }
    }
    try await service.write { transaction in
      for line in lines {
        switch line {
        case .record(let key, let stored):
          try await BetweenRecords.put(stored, at: key, in: &transaction)
        case .metadata(let key, let stored):
          try await Self.putMetadata(stored, at: key, in: &transaction)
        case .header, .end: break
        }
      }
    }
    pending = []
    pendingBytes = 0
  }

  /// Writes metadata without a count, which the members that follow give; unless a part of the members is there already.
  private static func putMetadata(
    _ stored: Bytes, at key: AnyKey, in transaction: inout Transaction<Store>
  ) async throws {
    guard KeyPathParts(key.qualifier)?.kind == .metadata,
      case .map(let fields)? = try? RecordValue(decoding: stored)
    else { throw malformed("what is to be at \(key) is no metadata") }
    let there = try await transaction.get(Get(key.row, columns: column(key)), in: key.table)
    if there != nil { return }
    let kept = fields.filter { $0.key != .integer(countField) }
    var put = Put(key.row)
    put.add(
      family: AnyKey.family, qualifier: key.qualifier, value: try RecordValue.map(kept).encode())
    try transaction.put(put, in: key.table)
  }

  /// The number of the field of a collection's metadata that counts its members; the page *KeyFormat* of Panjeon.
  private static var countField: Int128 { 1 }

  private func isRoot(_ key: AnyKey) async throws -> Bool {
    let tables = [
      BetweenSchema.accountTable, BetweenSchema.userTable, BetweenSchema.relationshipTable,
    ]
    guard tables.contains(key.table), let parts = KeyPathParts(key.qualifier) else {
      throw Self.malformed("\(key) is no place in a couple's data")
    }
    return parts.kind == .object && parts.steps.count == 1 && parts.steps[0].id == nil
  }

  private func requireAbsent(_ key: Key<Relationship>) async throws {
    if try await service.datastore.get(key) != nil { throw Self.notEmpty(key.any) }
  }

  private static func column(_ key: AnyKey) -> ColumnSelection {
    var columns = ColumnSelection()
    columns.add(family: AnyKey.family, qualifier: key.qualifier)
    return columns
  }

  private static func malformed(_ what: String) -> BetweenError {
    BetweenError(.malformedExport, what)
  }

  private static func notEmpty(_ key: AnyKey) -> BetweenError {
    BetweenError(.notEmpty, "\(key) is there already")
  }
}

// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// Brings back what a ``CoupleExport`` wrote, in a store that has neither the couple nor its users.
///
/// ```swift
/// var importer = CoupleImport(between)
/// for try await text in lines { try await importer.add(ExportLine(json: text)) }
/// try await importer.finish()
/// ```
///
/// Records are stored as the bytes they were, fields included that the program does not know, and another export gives the same lines. What a file says is not trusted: each line must be of this
/// couple, in the order of an export, and what ``BetweenAudit`` checks of a couple must hold before anything of it is seen.
///
/// Lines are written in transactions of some hundred; accounts, users, requests that are open and the couple itself come with the last one, in ``finish()``: until then it is nobody's. What an import
/// leaves that was cut off or refused, the next one of the same couple clears away, and so does ``cancel()``. **One import of a couple at a time.**
public struct CoupleImport<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>
  let source: (any BlobStore)?
  var result = CoupleImportResult()
  private var state = State.isNew
  private var job: ImportJob?
  /// Whose it is, as long as something of it may be there that nobody sees.
  private var header: ExportHeader?

  private enum State {
    case isNew, takesLines, isAtEnd, isOver
  }

  /// How many lines are written in one transaction: 128.
  public static var linesPerTransaction: Int { 128 }
  /// How many bytes of records are, at about: 1 MiB.
  public static var bytesPerTransaction: Int { 1 << 20 }
  /// How far ahead of the service's clock the last message may be, as clocks differ: a day.
  public static var sentAheadMax: Duration { .seconds(86_400) }

  /// An import into a service's store.
  ///
  /// - Parameters:
  ///   - service: The service. Where it has a blob store, the bytes that records name must be there or in `source`; where it has none, they are not looked for.
  ///   - source: Where the export has copied bytes to; nil: nowhere.
  public init(_ service: BetweenService<Store>, blobsFrom source: (any BlobStore)? = nil) {
    self.service = service
    self.source = source
  }

  /// Takes a line, the next of the file.
  ///
  /// After an error the import is over: cancel it, and begin another one.
  ///
  /// Throws `malformedExport` for what does not belong there, naming it; `notEmpty` when the couple, a user or an account is there already; `emailTaken`; errors of transactions;
  /// `BlobError`, `notFound` for bytes that are nowhere; `DatastoreError` `blobGone` for those that this store has collected lately, of an import that was cancelled.
  public mutating func add(_ line: ExportLine) async throws {
    let before = state
    state = .isOver
    state = try await take(line, before)
  }

  private mutating func take(_ line: ExportLine, _ state: State) async throws -> State {
    switch (line, state) {
    case (.header(let header), .isNew):
      try await begin(header)
      return .takesLines
    case (.record(let key, let stored), .takesLines):
      try await take(stored, at: key, isMetadata: false)
      return .takesLines
    case (.metadata(let key, let stored), .takesLines):
      try await take(stored, at: key, isMetadata: true)
      return .takesLines
    case (.end(let expected), .takesLines):
      try job?.end(expected)
      return .isAtEnd
    case (_, .isNew): throw Self.malformed("the header is missing")
    case (_, .takesLines): throw Self.malformed("there is a second header")
    case (_, .isAtEnd): throw Self.malformed("there is a line behind the end")
    case (_, .isOver): throw Self.malformed("the import has ended with an error, or is finished")
    }
  }

  private mutating func begin(_ header: ExportHeader) async throws {
    guard header.hasAccounts else {
      throw Self.malformed("it was written without accounts, to be read and not to be imported")
    }
    let rows = Self.rows(of: header)
    let indexes = try await service.read { reader in
      for row in rows { try await Self.requireAbsent(row, in: &reader) }
      return try await reader.knownIndexNumbers()
    }
    self.header = header
    for row in rows { try await clear(row) }
    job = ImportJob(header, schema: service.datastore.schema, indexes: indexes)
  }

  private mutating func take(_ stored: Bytes, at key: AnyKey, isMetadata: Bool) async throws {
    guard var job = job.take() else { return }
    let isRoot = try job.add(stored, at: key, isMetadata: isMetadata, service.passwords)
    if isRoot { try await lookForRoot(key, stored) }
    if job.pending.count >= Self.linesPerTransaction || job.pendingBytes >= Self.bytesPerTransaction
    {
      try await flush(&job)
    }
    self.job = job
  }

  /// Throws `notEmpty`, `emailTaken`.
  private func lookForRoot(_ key: AnyKey, _ stored: Bytes) async throws {
    try await service.read { reader in
      try await Self.requireAbsent(key, in: &reader)
      guard key.table == BetweenSchema.accountTable else { return }
      let account = try ImportRoots.decode(Account.self, stored, key)
      let address = EmailAddress.normalize(account.email)
      if try await reader.first(Account.byEmail, equalTo: address) != nil { throw Self.emailTaken }
    }
  }

  /// Writes the rest, audits it, and makes it all seen; durable as the service's transactions when it returns.
  ///
  /// - Returns: What there was.
  /// - Throws: `malformedExport` when the last line was not the end, or an ``Invariant`` does not hold, and then nothing is seen; `emailTaken`, `notEmpty`; errors of transactions.
  @discardableResult
  public mutating func finish() async throws -> CoupleImportResult {
    guard state == .isAtEnd, var job = job.take() else {
      throw Self.malformed("the end is missing")
    }
    state = .isOver
    try await flush(&job)
    try await audit(job)
    let roots = job.roots.lines
    do {
      try await service.write { transaction in
        for (key, stored) in roots {
          try await Self.requireAbsent(key, in: &transaction)
          try await transaction.putStored(stored, at: key)
        }
      }
    } catch let error as DatastoreError where error.code == .uniqueViolation {
      throw Self.emailTaken
    }
    header = nil
    result.lines = job.count
    return result
  }

  /// Ends the import; returns whose it was, unless it was finished or has not begun.
  mutating func abandon() -> ExportHeader? {
    state = .isOver
    defer { header = nil }
    return header
  }

  static func malformed(_ what: String) -> BetweenError { BetweenError(.malformedExport, what) }

  private static var emailTaken: BetweenError {
    BetweenError(.emailTaken, "another account has an address of the two")
  }
}

/// What an import of a couple has come to.
public struct CoupleImportResult: Hashable, Sendable {
  /// How many records and metadata there were.
  public var lines = 0
  /// How many photos, voices and copies were copied to the service's blob store; not those that it had.
  public var blobsCopied = 0
  /// Whether records name bytes that nobody has looked for, as the service has no blob store.
  public var hasUncheckedBlobs = false
}

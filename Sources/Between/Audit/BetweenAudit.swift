// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// Checks all of Between's data at one moment against each ``Invariant``.
///
/// ```swift
/// let report = try await BetweenAudit(between).run()
/// for violation in report.violations { print(violation) }
/// ```
///
/// It reads a snapshot, so that it may run while others write; of a couple that is being purged it looks at the couple alone. What `Datastore.verify` checks is read at another
/// snapshot. Bytes that no record names are no violation, as a crash may leave some.
public struct BetweenAudit<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// An audit of a service's data, its blobs included where it has a store for them.
  public init(_ service: BetweenService<Store>) { self.service = service }

  /// Reads everything and tells what does not hold.
  ///
  /// - Returns: What was found.
  /// - Throws: Errors of the store; of the blob store. What is stored wrongly is a violation, no error.
  /// - Complexity: Reads everything, couple by couple, in constant memory for each.
  public func run() async throws -> AuditReport {
    var pass = AuditPass<Store>(
      snapshot: try service.datastore.snapshot(), blobs: service.blobs)
    try await pass.lookAtAll()
    var report = pass.report
    let verified = try await service.datastore.verify()
    for finding in verified.findings {
      report.note(.datastore, "\(finding.key)", "\(finding.kind.rawValue): \(finding.detail)")
    }
    return report
  }
}

/// A look at everything, at a snapshot.
struct AuditPass<Store: AtomicBatchStore> {
  var snapshot: DatastoreSnapshot<Store>
  let blobs: (any BlobStore)?
  var report = AuditReport()
  /// Records that are taken to be there, by key: those that an import is about to write.
  var assumed: [AnyKey: any Record] = [:]

  /// How many rows of a table are read at once.
  static var rowsPerPiece: Int { 64 }

  init(snapshot: DatastoreSnapshot<Store>, blobs: (any BlobStore)?) {
    self.snapshot = snapshot
    self.blobs = blobs
  }

  mutating func lookAtAll() async throws {
    try await forEachRoot(Account.objectType) { pass, key, account in
      try await pass.look(at: account, key)
    }
    try await forEachRoot(User.objectType) { pass, key, user in
      try await pass.look(at: user, key)
    }
    try await forEachRoot(Invitation.objectType) { pass, key, invitation in
      try await pass.look(at: invitation, key)
    }
    try await forEachRoot(Relationship.objectType) { pass, key, relationship in
      try await pass.look(at: relationship, key)
    }
  }

  /// Goes through the roots of a type, in the order of their rows.
  ///
  /// A record that cannot be decoded is a finding of the datastore's.
  private mutating func forEachRoot<R: Record>(
    _ type: ObjectType<R>, _ body: (inout AuditPass, Key<R>, R) async throws -> Void
  ) async throws {
    guard let table = type.any.table else { return }
    let qualifier = Key(type, Bytes()).any.qualifier
    var columns = ColumnSelection()
    columns.add(family: AnyKey.family, qualifier: qualifier)
    var range = KeyRange.all
    while true {
      let rows = try await snapshot.rows(
        Scan(range, columns: columns), in: table, limit: Self.rowsPerPiece)
      for row in rows {
        let any = AnyKey(table: table, row: row.row, qualifier: qualifier)
        guard let key = Key<R>(any), let record = try? await snapshot.get(key) else { continue }
        try await body(&self, key, record)
      }
      guard rows.count == Self.rowsPerPiece, let last = rows.last else { return }
      range.start = last.row.successor
    }
  }

  /// Reads a record; nil when there is none, or it cannot be decoded, which is a finding of the datastore's.
  mutating func find<R: Record>(_ key: Key<R>) async throws -> R? {
    if let record = assumed[key.any] as? R { return record }
    do {
      return try await snapshot.get(key)
    } catch let error as DatastoreError where error.code == .malformed {
      return nil
    }
  }

  mutating func expectText(
    _ text: String, bytesMax: Int, _ place: @autoclosure () -> String, _ what: String
  ) {
    if text.utf8.count > bytesMax {
      report.note(.withinLimits, place(), "\(what) has \(text.utf8.count) bytes")
    }
  }

  mutating func expectBlob(_ blob: Blob?, _ place: String) async throws {
    guard let blob, let blobs else { return }
    report.blobs += 1
    let size = try await blobs.size(of: blob.key)
    report.expect(
      size == blob.size, .blobsAreThere, place,
      "the blob \(blob.key) has \(size.map { "\($0)" } ?? "no") bytes, not \(blob.size)")
  }
}

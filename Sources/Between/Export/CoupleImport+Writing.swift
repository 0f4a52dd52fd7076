// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension CoupleImport {
  /// Writes what is pending, in a transaction.
  mutating func flush(_ job: inout ImportJob) async throws {
    let writes = job.takePending()
    if writes.isEmpty { return }
    for blob in try blobs(of: writes) { try await bring(blob) }
    let rows = Self.rows(of: job.header).filter { row in
      writes.contains { $0.key.table == row.table && $0.key.row == row.row }
    }
    do {
      try await service.write { transaction in
        for row in rows { try await Self.requireAbsent(row, in: &transaction) }
        for write in writes {
          switch write {
          case .record(let key, let stored): try await transaction.putStored(stored, at: key)
          case .cell(let key, let stored): try transaction.putUnknown(stored, at: key)
          }
        }
      }
    } catch let error as DatastoreError where error.code == .malformed {
      throw Self.malformed("\(error)")
    }
  }

  /// The large values that records name, each once.
  private func blobs(of writes: [ImportJob.Write]) throws -> Set<Blob> {
    var blobs: Set<Blob> = []
    for case .record(let key, let stored) in writes {
      do {
        blobs.formUnion(try service.datastore.schema.blobs(ofStored: stored, at: key))
      } catch {
        throw ImportScope.refusal(key, "has bytes that are no record of its type")
      }
    }
    return blobs
  }

  /// Makes a large value known, and its bytes be there.
  private mutating func bring(_ blob: Blob) async throws {
    do throws(BlobError) {
      try blob.validate()
    } catch {
      throw Self.malformed("\(error)")
    }
    guard let target = service.blobs else {
      result.hasUncheckedBlobs = true
      return try await service.datastore.adoptBlob(blob, in: nil)
    }
    guard let source else { return try await service.datastore.adoptBlob(blob, in: target) }
    // Known before there is a byte, so that nothing is ever stored that nobody knows of.
    try await service.datastore.adoptBlob(blob, in: nil)
    if try await BlobCopying(from: source, to: target).copy(blob) { result.blobsCopied += 1 }
  }

  /// Checks what has been written with the roots that are to come against what must hold of a couple.
  ///
  /// Throws `malformedExport`.
  func audit(_ job: ImportJob) async throws {
    var pass = AuditPass<Store>(
      service: service, snapshot: try service.datastore.snapshot(), blobs: nil)
    pass.assumed = job.roots.records
    for (key, record) in job.roots.records.sorted(by: { $0.key.table < $1.key.table }) {
      switch record {
      case let account as Account:
        if let key = Key<Account>(key) { try await pass.look(at: account, key) }
      case let user as User: if let key = Key<User>(key) { try await pass.look(at: user, key) }
      case let relationship as Relationship:
        if let key = Key<Relationship>(key) { try await pass.look(at: relationship, key) }
      default: break
      }
    }
    if let first = pass.report.violations.first {
      throw Self.malformed("\(pass.report.violationCount) invariants do not hold: \(first)")
    }
    try await checkConversations(job.header)
  }

  /// Checks of both sides that nothing was sent at a moment that is still to come.
  ///
  /// Nobody could send another one for as long as the last one is ahead.
  private func checkConversations(_ header: ExportHeader) async throws {
    try await service.read { reader in
      for user in header.users {
        let key = Messaging<Store>.key(of: user, in: header.couple)
        guard let head = try await reader.get(key) else {
          throw ImportScope.refusal(key.any, "is not there")
        }
        guard head.lastSentAt <= service.now.advanced(by: Self.sentAheadMax) else {
          throw ImportScope.refusal(key.any, "has messages of the future")
        }
      }
    }
  }
}

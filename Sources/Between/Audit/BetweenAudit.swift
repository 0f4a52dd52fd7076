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
/// It reads one snapshot, what `Datastore.verify` checks included, so that it may run while others write. Bytes are looked for in the blob store as it is: where they are missing, the record
/// that names them is looked at once more, as it may have been deleted since. Bytes that no record names are no violation, as a crash may leave some.
///
/// Of a couple that is being purged it looks at the couple alone. What an import that was cut off has left is a violation (``Invariant/rowsHaveRoots``): import it again, or begin to and cancel. A purge
/// does not see it, as the couple's record comes last.
public struct BetweenAudit<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// An audit of a service's data, its blobs included where it has a store for them.
  public init(_ service: BetweenService<Store>) { self.service = service }

  /// Reads everything and tells what does not hold.
  ///
  /// - Returns: What was found.
  /// - Throws: Errors of the store; of the blob store. Among those of the store is `snapshotTooOld`, when the audit takes longer than the store keeps a snapshot
  ///   (`StoreConfiguration.snapshotAgeMax`; by default it keeps them): then audit a checkpoint, or a store that allows more. What is stored wrongly is a violation, no error.
  /// - Complexity: Reads everything twice, couple by couple, in constant memory for each but for a number for each of its albums and days.
  public func run() async throws -> AuditReport {
    try await service.read { snapshot in
      var pass = AuditPass<Store>(
        service: service, snapshot: snapshot, blobs: service.blobs)
      try await pass.lookAtAll()
      var report = pass.report
      report.add(try await service.datastore.verify(at: snapshot))
      for name in try await service.datastore.indexesNotReady() {
        report.note(.datastore, name, "the index has not been built: reads by it are refused")
      }
      return report
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension TransactionManager where Store: TableAdministration {
  /// Lets a table take part in transactions that was created without the family `!lock!`, with all that it holds.
  ///
  /// Nothing is rewritten. A row without a header counts as one of version zero; the first transaction that writes it puts its own
  /// cells above the newest it finds. From then on the store refuses plain writes to the table
  /// (`EmbeddedStore.commitBypassingTransactions` is the longer name); those that were acknowledged before are seen by every
  /// transaction that begins after. Transactions of this manager that are under way begin anew. Does nothing to a table
  /// that takes part already. There is no way back.
  ///
  /// - Parameter table: The table.
  /// - Returns: Whether it took no part before.
  /// - Throws: As `TableAdministration.alterTable(_:)`; `unavailable` when commits are under way for ten seconds, or the task is cancelled
  ///   meanwhile: the table has not joined.
  @discardableResult
  public func enableTransactions(in table: String) async throws(StoreError) -> Bool {
    let schema = try await store.schema(of: table)
    let joined = schema.withLockFamily
    if joined == schema { return false }
    joining.beginJoining()
    defer { joining.endJoining() }
    try await drain()
    try await store.alterTable(joined)
    return true
  }

  /// Waits until no commit is under way.
  private func drain() async throws(StoreError) {
    let begin = clock.monotonicNanoseconds()
    while joining.hasCommitsUnderWay {
      if clock.monotonicNanoseconds() &- begin >= Self.drainNanosecondsMax {
        throw StoreError(.unavailable, "commits were under way for ten seconds")
      }
      do {
        try await clock.sleep(for: .microseconds(100))
      } catch {
        throw StoreError(.unavailable, "the task was cancelled before the table joined")
      }
    }
  }

  private static var drainNanosecondsMax: UInt64 { 10_000_000_000 }
}

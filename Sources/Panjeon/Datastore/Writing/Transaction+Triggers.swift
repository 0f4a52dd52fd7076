// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Transaction {
  /// Runs what is to be done before a change; whether there was something.
  mutating func runBefore<R: Record>(
    _ triggers: [any Trigger<R>], _ change: inout RecordChange<R>
  ) async throws -> Bool {
    if triggers.isEmpty { return false }
    try enterTrigger(change.key.any)
    defer { self[DatastoreAttemptKey.self]?.triggerDepth -= 1 }
    for trigger in triggers { try await trigger.before(&change, in: &self) }
    return true
  }

  /// Runs what is to be done after a change.
  mutating func runAfter<R: Record>(
    _ triggers: [any Trigger<R>], _ change: RecordChange<R>
  ) async throws {
    if triggers.isEmpty { return }
    try enterTrigger(change.key.any)
    defer { self[DatastoreAttemptKey.self]?.triggerDepth -= 1 }
    for trigger in triggers { try await trigger.after(change, in: &self) }
  }

  private mutating func enterTrigger(_ key: AnyKey) throws(DatastoreError) {
    guard let attempt = self[DatastoreAttemptKey.self] else { return }
    let depthMax = attempt.state.options.triggerDepthMax
    if attempt.triggerDepth >= depthMax {
      throw DatastoreError(
        .triggersTooDeep, "triggers set off triggers, more than \(depthMax) deep", key: key)
    }
    self[DatastoreAttemptKey.self]?.triggerDepth += 1
  }
}

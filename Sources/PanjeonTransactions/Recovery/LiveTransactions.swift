// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The transactions of this process that are committing in two phases.
///
/// Who meets a lock of another process's earlier life need not wait to see whether its owner lives (`LockOptions.ownersAreInThisProcess`).
enum LiveTransactions {
  private static let ids = Mutex<Set<TransactionID>>([])

  static func insert(_ id: TransactionID) { ids.withLock { _ = $0.insert(id) } }

  static func remove(_ id: TransactionID) { ids.withLock { _ = $0.remove(id) } }

  static func contains(_ id: TransactionID) -> Bool { ids.withLock { $0.contains(id) } }
}

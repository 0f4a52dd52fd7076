// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
public import WideColumn

/// What users are told of their partners' doings: the last ``BetweenLimits/notificationsMax`` each.
public struct Notifications<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// Tells a user something; the oldest notification goes when there are too many.
  func notify(
    _ user: RandomID, _ kind: Notification.Kind, from: RandomID, in couple: RandomID,
    subject: UInt64?, _ transaction: inout Transaction<Store>
  ) async throws {
    let key = Key(.user, user)
    let count = try await transaction.count(.notification, of: key)
    if count >= BetweenLimits.notificationsMax {
      let oldest = try await transaction.children(.notification, of: key, limit: 1)
      for entry in oldest.entries { try await transaction.delete(entry.key) }
    }
    let notification = Notification(
      kind: kind, from: from, couple: couple, subject: subject, createdAt: service.now,
      isRead: false)
    try await transaction.insert(notification, .notification, under: key)
  }

  /// Reads a user's notifications, the last first.
  ///
  /// Throws errors of the reader.
  public func notifications(
    of user: RandomID, limit: Int = BetweenLimits.notificationsMax,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> [Entry<Notification>] {
    try await reader.children(
      .notification, of: Key(.user, user), order: .descending,
      limit: BetweenLimits.page(limit)
    ).entries
  }

  /// How many notifications a user has not seen; reads them all.
  ///
  /// Throws errors of the reader.
  public func unreadCount(
    of user: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Int {
    try await notifications(of: user, in: &reader).count { !$0.record.isRead }
  }

  /// Marks all of a user's notifications as seen; a transaction on the user's row.
  ///
  /// Throws errors of the transaction.
  public func markAllRead(of user: RandomID) async throws {
    try await service.write { transaction in
      for entry in try await notifications(of: user, in: &transaction)
      where !entry.record.isRead {
        var notification = entry.record
        notification.isRead = true
        try await transaction.put(notification, at: entry.key)
      }
    }
  }

  /// Deletes all notifications of a couple that a user has.
  func deleteAll(
    of user: RandomID, about couple: RandomID, in transaction: inout Transaction<Store>
  ) async throws {
    for entry in try await notifications(of: user, in: &transaction)
    where entry.record.couple == couple {
      try await transaction.delete(entry.key)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
public import WideColumn

/// What users are told of their partners' doings: the last ``BetweenLimits/notificationsMax`` each.
///
/// Written in the transaction that does what they tell of, in the user's row.
public struct Notifications<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// Tells a user something; the oldest notification goes when there are too many.
  func notify(
    _ user: RandomID, _ kind: Notification.Kind, from: RandomID, in couple: RandomID,
    about subject: NotificationSubject? = nil, _ transaction: inout Transaction<Store>
  ) async throws {
    let key = Key(.user, user)
    let count = try await transaction.count(.notification, of: key)
    if count >= BetweenLimits.notificationsMax {
      let oldest = try await transaction.children(.notification, of: key, limit: 1)
      for entry in oldest.entries { try await transaction.delete(entry.key) }
    }
    let notification = Notification(
      kind: kind, from: from, couple: couple, subjectID: subject?.id, createdAt: service.now,
      isRead: false, subjectType: subject?.typeNumber)
    try await transaction.insert(notification, .notification, under: key)
  }

  /// Reads a user's notifications, the last first.
  ///
  /// One read of the user's row, of the reader's moment.
  ///
  /// - Parameters:
  ///   - user: The user; one that is not there has none.
  ///   - limit: How many at the most; by default all that are kept.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The notifications.
  /// - Throws: Errors of the reader.
  public func notifications(
    of user: RandomID, limit: Int = BetweenLimits.notificationsMax,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> [Entry<Notification>] {
    try await reader.children(
      .notification, of: Key(.user, user), order: .descending,
      limit: BetweenLimits.page(limit)
    ).entries
  }

  /// How many notifications a user has not seen; reads them all, at most ``BetweenLimits/notificationsMax``.
  ///
  /// One read of the user's row, of the reader's moment. Throws errors of the reader.
  public func unreadCount(
    of user: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Int {
    try await notifications(of: user, in: &reader).count { !$0.record.isRead }
  }

  /// Marks one of a user's notifications as seen.
  ///
  /// Reads and writes the user's row. Strictly serializable.
  ///
  /// - Parameters:
  ///   - id: Which one; the id of its key.
  ///   - user: Whose.
  /// - Throws: `noSuchObject`, also when it has gone because there were too many; errors of the transaction.
  public func markRead(_ id: UInt64, of user: RandomID) async throws {
    try await service.write { transaction in
      let key = Self.key(id, of: user)
      guard var notification = try await transaction.get(key) else { throw Self.noSuchObject(id) }
      if notification.isRead { return }
      notification.isRead = true
      try await transaction.put(notification, at: key)
    }
  }

  /// Deletes one of a user's notifications.
  ///
  /// Reads and writes the user's row. Strictly serializable. Throws `noSuchObject`; errors of the transaction.
  public func delete(_ id: UInt64, of user: RandomID) async throws {
    try await service.write { transaction in
      guard try await transaction.delete(Self.key(id, of: user)) else {
        throw Self.noSuchObject(id)
      }
    }
  }

  /// Marks all of a user's notifications as seen.
  ///
  /// Reads and writes the user's row. Strictly serializable: one that comes at the same time is seen or not, and none is lost. Throws errors of the transaction.
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

  /// Deletes all notifications of a couple that a user has; returns how many there were.
  func deleteAll(
    of user: RandomID, about couple: RandomID, in transaction: inout Transaction<Store>
  ) async throws -> Int {
    var count = 0
    for entry in try await notifications(of: user, in: &transaction)
    where entry.record.couple == couple {
      try await transaction.delete(entry.key)
      count += 1
    }
    return count
  }

  private static func key(_ id: UInt64, of user: RandomID) -> Key<Notification> {
    Key(Key(.user, user), .notification, id)
  }

  private static func noSuchObject(_ id: UInt64) -> BetweenError {
    BetweenError(.noSuchObject, "there is no notification \(id)")
  }
}

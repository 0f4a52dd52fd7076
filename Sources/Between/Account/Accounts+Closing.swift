// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension Accounts {
  /// Closes an account: nobody can log in to it any more, and its address is free.
  ///
  /// The user's name and messages stay for the partners until their couples have been purged; no couple of the user can be restored any more. Then ``purgeClosed(limit:)`` deletes the rest. It cannot
  /// be taken back; closing twice is as closing once.
  ///
  /// Reads and writes the account's row and the user's, and that of the couple that has broken up last; writes the rows of the address and of the invitation. Strictly serializable.
  ///
  /// - Parameter account: The account.
  /// - Throws: `alreadyPaired` while the user is in a couple, which is to break up first; `noSuchAccount`, `noSuchUser`; errors of the transaction.
  public func close(_ account: RandomID) async throws {
    try await service.write { transaction in
      var record = try await self.account(account, in: &transaction)
      var user = try await self.user(record.userID, in: &transaction)
      if user.closedAt != nil { return }
      guard user.relationshipID == nil else {
        throw BetweenError(.alreadyPaired, "the couple is to break up before the account is closed")
      }
      try await service.couples.deleteInvitation(of: user, in: &transaction)
      try await service.couples.forgetRestoration(asked: record.userID, user, in: &transaction)
      user.invitationCode = nil
      user.formerRelationshipID = nil
      user.closedAt = service.now
      record.email = ""
      record.passwordHash = ""
      try await transaction.put(user, at: Key(.user, record.userID))
      try await transaction.put(record, at: Key(.account, account))
    }
  }

  /// Deletes for good the users whose accounts have been closed and whose couples have all been purged.
  ///
  /// For a worker, to be called now and then, by any number at once. Scans `user_closed` at a snapshot; a transaction for each user reads and deletes its row and the account's.
  ///
  /// - Parameter limit: How many to delete at the most, 1 to 1,000.
  /// - Returns: How many were deleted.
  /// - Throws: Errors of the store; in the end, when there were no others left, the first error of a user that could not be deleted.
  /// - Complexity: Looks at the closed accounts that wait for a couple to be purged besides.
  @discardableResult
  public func purgeClosed(limit: Int) async throws -> Int {
    let limit = BetweenLimits.page(limit)
    var (deleted, cursor, failure) = (0, PageCursor?.none, (any Error)?.none)
    repeat {
      let page = try await service.read { [cursor] reader in
        try await reader.find(User.closed, limit: BetweenLimits.pageMax, after: cursor)
      }
      for entry in page.entries {
        try Task.checkCancellation()
        do {
          deleted += try await purge(entry.key) ? 1 : 0
          if deleted == limit { return deleted }
        } catch {
          failure = failure ?? error
        }
      }
      cursor = page.next
    } while cursor != nil
    if let failure { throw failure }
    return deleted
  }

  /// Deletes a closed user and its account, unless a couple of the user's has not been purged yet.
  private func purge(_ key: Key<User>) async throws -> Bool {
    // The commonest case, for which no transaction is begun.
    if try await service.datastore.count(.conversation, of: key) > 0 { return false }
    while true {
      let isDone = try await service.write { transaction -> Bool? in
        guard let user = try await transaction.get(key), user.closedAt != nil,
          try await transaction.count(.conversation, of: key) == 0
        else { return nil }
        let (_, isAll) = try await transaction.deleteDescendants(
          of: key.any, objectsMax: service.options.objectsPerPiece)
        guard isAll,
          try await transaction.clearRow(of: key.any, cellsMax: service.options.objectsPerPiece)
        else { return false }
        try await transaction.delete(key)
        try await transaction.delete(Key(.account, user.accountID))
        return true
      }
      guard let isDone else { return false }
      if isDone { return true }
    }
  }
}

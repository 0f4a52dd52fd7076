// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
public import WideColumn

/// The memos of couples.
public struct Memos<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// Writes a memo, and notifies the partner.
  ///
  /// Reads and writes the couple's row and the partner's. Strictly serializable.
  ///
  /// - Parameters:
  ///   - text: What it says, at most 64 KiB, and something in it to be seen.
  ///   - author: Who writes it.
  ///   - couple: The couple.
  /// - Returns: The memo's key.
  /// - Throws: `tooLong`, `invalidText`, `notPaired`; errors of the transaction.
  @discardableResult
  public func write(
    _ text: String, by author: RandomID, in couple: RandomID
  ) async throws -> Key<Memo> {
    try await service.write { try await write(text, by: author, in: couple, in: &$0) }
  }

  /// Writes a memo within a transaction; as ``write(_:by:in:)``.
  public func write(
    _ text: String, by author: RandomID, in couple: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws -> Key<Memo> {
    try BetweenLimits.checkMemo(text)
    let partner = try await service.couples.partner(of: author, in: couple, reader: &transaction)
    let key = try await transaction.insert(
      Memo(author: author, text: text, createdAt: service.now), .memo,
      under: Key(.relationship, couple))
    try await service.notifications.notify(
      partner, .memo, from: author, in: couple, about: NotificationSubject(key), &transaction)
    return key
  }

  /// Changes a memo; either of the two may.
  ///
  /// Reads and writes the couple's row. Strictly serializable. Throws `tooLong`, `invalidText`, `noSuchObject`, `notPaired`; errors of the transaction.
  public func edit(
    _ id: UInt64, to text: String, by user: RandomID, in couple: RandomID
  ) async throws {
    try BetweenLimits.checkMemo(text)
    try await service.write { transaction in
      _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
      var memo = try await memo(id, of: couple, in: &transaction)
      memo.text = text
      memo.editedAt = service.now
      try await transaction.put(memo, at: Self.key(id, of: couple))
    }
  }

  /// Deletes a memo with its comments; either of the two may.
  ///
  /// Reads and writes the couple's row. Strictly serializable. Throws `noSuchObject`, `notPaired`; errors of the transaction.
  public func delete(_ id: UInt64, by user: RandomID, in couple: RandomID) async throws {
    try await service.write { transaction in
      _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
      _ = try await memo(id, of: couple, in: &transaction)
      try await transaction.deleteSubtree(Self.key(id, of: couple))
    }
  }

  /// Reads a memo.
  ///
  /// One read, of the reader's moment. Throws `noSuchObject`; errors of the reader.
  public func memo(
    _ id: UInt64, of couple: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Memo {
    guard let memo = try await reader.get(Self.key(id, of: couple)) else {
      throw BetweenError(.noSuchObject, "there is no memo \(id)")
    }
    return memo
  }

  /// Reads a page of a couple's memos.
  ///
  /// One read of the couple's row, of the reader's moment.
  ///
  /// - Parameters:
  ///   - couple: The couple.
  ///   - order: The first written first by default.
  ///   - limit: How many at the most, 1 to 1,000.
  ///   - cursor: Where the page before ended; nil for the first.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The page.
  /// - Throws: `DatastoreError` `invalidCursor`; errors of the reader.
  public func memos(
    of couple: RandomID, order: KeyOrder = .ascending, limit: Int,
    after cursor: PageCursor? = nil, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Memo> {
    try await reader.children(
      .memo, of: Key(.relationship, couple), order: order, limit: BetweenLimits.page(limit),
      after: cursor)
  }

  private static func key(_ id: UInt64, of couple: RandomID) -> Key<Memo> {
    Key(Key(.relationship, couple), .memo, id)
  }
}

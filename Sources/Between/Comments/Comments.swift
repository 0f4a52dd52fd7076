// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
public import WideColumn

/// What couples write under their photos, memos and events.
public struct Comments<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// Writes a comment, and notifies the partner.
  ///
  /// Reads and writes the couple's row and the partner's. Strictly serializable.
  ///
  /// - Parameters:
  ///   - text: What it says, at most 64 KiB, and something in it to be seen.
  ///   - author: Who writes it.
  ///   - object: The photo, memo or event.
  /// - Returns: The comment's key.
  /// - Throws: `tooLong`, `invalidText`, `notPaired`; `noSuchObject` when what is commented on is not there; `tooMany` with
  ///   ``BetweenLimits/commentsMax`` of them; errors of the transaction.
  @discardableResult
  public func write<Object: Commentable>(
    _ text: String, by author: RandomID, on object: Key<Object>
  ) async throws -> Key<Comment> {
    try await service.write { try await write(text, by: author, on: object, in: &$0) }
  }

  /// Writes a comment within a transaction; as ``write(_:by:on:)``.
  public func write<Object: Commentable>(
    _ text: String, by author: RandomID, on object: Key<Object>,
    in transaction: inout Transaction<Store>
  ) async throws -> Key<Comment> {
    try BetweenLimits.checkMemo(text)
    let couple = try Self.couple(of: object)
    let partner = try await service.couples.partner(of: author, in: couple, reader: &transaction)
    guard try await transaction.contains(object) else { throw Self.noSuchObject }
    guard try await transaction.count(.comment, of: object) < BetweenLimits.commentsMax else {
      throw BetweenError(.tooMany, "there are \(BetweenLimits.commentsMax) comments already")
    }
    let key = try await transaction.insert(
      Comment(author: author, text: text, createdAt: service.now), .comment, under: object)
    try await service.notifications.notify(
      partner, .comment, from: author, in: couple, about: NotificationSubject(object), &transaction)
    return key
  }

  /// Deletes a comment; only who wrote it may.
  ///
  /// Reads and writes the couple's row. Strictly serializable. Throws `noSuchObject`, `notYours`, `notPaired`; errors of the transaction.
  public func delete(_ comment: Key<Comment>, by user: RandomID) async throws {
    try await service.write { transaction in
      let couple = try Self.couple(of: comment)
      _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
      guard let record = try await transaction.get(comment) else { throw Self.noSuchObject }
      guard record.author == user else {
        throw BetweenError(.notYours, "only who wrote a comment may delete it")
      }
      try await transaction.delete(comment)
    }
  }

  /// Reads a page of the comments on a photo, a memo or an event, the first written first.
  ///
  /// One read of the couple's row, of the reader's moment.
  ///
  /// - Parameters:
  ///   - object: The photo, memo or event.
  ///   - limit: How many at the most, 1 to 1,000.
  ///   - cursor: Where the page before ended; nil for the first.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The page.
  /// - Throws: `DatastoreError` `invalidCursor`; errors of the reader.
  public func comments<Object: Commentable>(
    on object: Key<Object>, limit: Int, after cursor: PageCursor? = nil,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Comment> {
    try await reader.children(
      .comment, of: object, limit: BetweenLimits.page(limit), after: cursor)
  }

  /// Reads a page of the comments that one of a couple has written, the last written first.
  ///
  /// Reads of an index in the couple's row and of the comments. Parameters and errors as those of ``comments(on:limit:after:in:)``.
  public func comments(
    by author: RandomID, in couple: RandomID, limit: Int, after cursor: PageCursor? = nil,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Comment> {
    try await reader.find(
      Comment.byAuthor, below: Key(.relationship, couple), in: .startingWith(author),
      order: .descending, limit: BetweenLimits.page(limit), after: cursor)
  }

  private static func couple<R: Record>(of key: Key<R>) throws(BetweenError) -> RandomID {
    guard key.any.table == BetweenSchema.relationshipTable, let couple: RandomID = key.rootID()
    else { throw noSuchObject }
    return couple
  }

  private static var noSuchObject: BetweenError {
    BetweenError(.noSuchObject, "what was to be commented on, or the comment, is not there")
  }
}

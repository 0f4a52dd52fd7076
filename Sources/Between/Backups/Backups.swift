// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
public import WideColumn

/// Requests for copies of conversations: users make them, a worker makes the copies.
///
/// A worker takes the oldest with ``start(limit:)``, makes the copy, uploads it and calls ``finish(_:with:messageCount:)``. One that dies has its requests taken up by the next, once
/// ``BetweenOptions/backupPatience`` has gone by; one that was only slow is refused when it comes, as the request is another's by then.
public struct Backups<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// Asks for a copy of a user's side of a conversation, as it is now.
  ///
  /// Reads the couple's row, reads and writes the user's, and writes one of `backup_pending`. Strictly serializable. Works after the couple has broken up, until it is purged.
  ///
  /// - Parameters:
  ///   - user: The user.
  ///   - couple: The couple.
  /// - Returns: The request's key.
  /// - Throws: `notPaired`, also when the couple is being purged; `tooMany` while ``BetweenLimits/backupRequestsOpenMax`` are open, or ``BetweenLimits/backupRequestsMax`` kept; errors of the transaction.
  public func request(
    by user: RandomID, in couple: RandomID
  ) async throws -> Key<BackupRequest> {
    try await service.write { transaction in
      let relationship = try await service.couples.relationship(couple, in: &transaction)
      guard relationship.partner(of: user) != nil, relationship.isPurging != true else {
        throw BetweenError(.notPaired, "\(user) has no conversation of the couple \(couple)")
      }
      let head = try await service.messaging.conversation(
        of: user, in: couple, in: &transaction)
      let known = try await requests(of: user, in: &transaction)
      guard known.count < BetweenLimits.backupRequestsMax,
        known.count(where: { $0.record.isOpen }) < BetweenLimits.backupRequestsOpenMax
      else { throw BetweenError(.tooMany, "too many requests for a back-up") }
      let request = BackupRequest(
        couple: couple, requestedAt: service.now, throughID: head.issued, state: .requested)
      return try await transaction.insert(request, .backupRequest, under: Key(.user, user))
    }
  }

  /// A user's requests, the first made first: at most ``BetweenLimits/backupRequestsMax``.
  ///
  /// One read of the user's row, of the reader's moment. Throws errors of the reader.
  public func requests(
    of user: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> [Entry<BackupRequest>] {
    try await reader.children(
      .backupRequest, of: Key(.user, user), limit: BetweenLimits.backupRequestsMax
    ).entries
  }

  /// Takes up the oldest requests that nobody works on; each is given to one worker alone.
  ///
  /// A transaction for each request; scans `backup_pending` at a snapshot before.
  ///
  /// - Parameter limit: How many at the most, 1 to 1,000.
  /// - Returns: The requests, with ``BackupRequest/State/running``; to be given back to ``finish(_:with:messageCount:)`` as they are.
  /// - Throws: Errors of the store and of transactions.
  public func start(limit: Int) async throws -> [Entry<BackupRequest>] {
    let limit = BetweenLimits.page(limit)
    var started: [Entry<BackupRequest>] = []
    var cursor: PageCursor?
    repeat {
      let page = try await service.read { [cursor] reader in
        try await reader.find(
          BackupRequest.pending, limit: BetweenLimits.pageMax, after: cursor)
      }
      for entry in page.entries where isFree(entry.record) {
        if let mine = try await take(entry.key) { started.append(mine) }
        if started.count == limit { return started }
      }
      cursor = page.next
    } while cursor != nil
    return started
  }

  private func isFree(_ request: BackupRequest) -> Bool {
    guard request.state == .running else { return request.state == .requested }
    guard let startedAt = request.startedAt else { return true }
    return service.now >= startedAt.advanced(by: service.options.backupPatience)
  }

  private func take(_ key: Key<BackupRequest>) async throws -> Entry<BackupRequest>? {
    try await service.write { transaction in
      guard var request = try await transaction.get(key), isFree(request) else { return nil }
      request.state = .running
      // Later than any before, as it is what tells those who have taken it apart.
      let next = request.startedAt?.advanced(by: .microseconds(1)) ?? service.now
      request.startedAt = max(service.now, next)
      try await transaction.put(request, at: key)
      return Entry(key: key, record: request)
    }
  }

  /// Says that a copy has been made and uploaded.
  ///
  /// Reads and writes the user's row, and deletes one of `backup_pending`. Strictly serializable.
  ///
  /// - Parameters:
  ///   - request: The request as ``start(limit:)`` gave it.
  ///   - blob: The copy.
  ///   - messageCount: How many messages are in it.
  /// - Throws: `noSuchObject` when the request is gone, done, or another worker's by now, and then nothing names the bytes, which are collected; `DatastoreError` `blobGone` for bytes that were
  ///   not uploaded; errors of the transaction.
  public func finish(
    _ request: Entry<BackupRequest>, with blob: Blob, messageCount: UInt64
  ) async throws {
    try await end(request) { record in
      record.state = .done
      record.blob = blob
      record.messageCount = messageCount
    }
  }

  /// Says that no copy could be made of a request as ``start(limit:)`` gave it.
  ///
  /// As ``finish(_:with:messageCount:)``.
  public func fail(_ request: Entry<BackupRequest>) async throws {
    try await end(request) { $0.state = .failed }
  }

  private func end(
    _ request: Entry<BackupRequest>, _ change: (inout BackupRequest) -> Void
  ) async throws {
    let key = request.key
    try await service.write { transaction in
      guard var record = try await transaction.get(key), record.state == .running,
        record.startedAt == request.record.startedAt
      else { throw BetweenError(.noSuchObject, "the request is not this worker's any more") }
      change(&record)
      record.finishedAt = service.now
      try await transaction.put(record, at: key)
    }
  }

  /// Deletes a request; its copy is collected later.
  ///
  /// Reads and writes the user's row. Strictly serializable.
  ///
  /// - Parameters:
  ///   - id: The request.
  ///   - user: Whose it is.
  /// - Throws: `noSuchObject`; errors of the transaction.
  public func delete(_ id: UInt64, of user: RandomID) async throws {
    try await service.write { transaction in
      guard try await transaction.delete(Key(Key(.user, user), .backupRequest, id)) else {
        throw BetweenError(.noSuchObject, "there is no such request")
      }
    }
  }

  /// Deletes a user's requests for copies of a couple's conversation; returns how many there were.
  func deleteAll(
    of user: RandomID, about couple: RandomID, in transaction: inout Transaction<Store>
  ) async throws -> Int {
    var count = 0
    for entry in try await requests(of: user, in: &transaction)
    where entry.record.couple == couple {
      try await transaction.delete(entry.key)
      count += 1
    }
    return count
  }
}

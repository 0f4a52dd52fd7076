// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// Everything of a couple, line by line, at one moment.
///
/// ```swift
/// try await CoupleExport(between, of: couple).run { line in print(line.json) }
/// ```
///
/// Both accounts (password hashes included, so that both can log in where it is imported), both users, both sides of the conversation, notifications and requests of this couple, and all that
/// they share. Not: other couples that the two have been in, invitations, and the bytes of photos and voices, which stay in the blob store under their keys.
///
/// The same data give the same lines. Index entries are not among them, as an import makes them anew; and records of types that the program does not know.
public struct CoupleExport<Store: AtomicBatchStore>: Sendable {
  private let service: BetweenService<Store>
  private let couple: RandomID

  /// An export of a couple, whether or not it has broken up.
  public init(_ service: BetweenService<Store>, of couple: RandomID) {
    self.service = service
    self.couple = couple
  }

  /// Reads everything at a snapshot, and hands it on in constant memory.
  ///
  /// - Parameter body: Takes each line.
  /// - Returns: How many records and metadata there were.
  /// - Throws: `notPaired` when there is no such couple, or it is being purged; `noSuchUser`; what `body` throws; errors of the store.
  @discardableResult
  public func run(_ body: (ExportLine) async throws -> Void) async throws -> Int {
    var snapshot = try service.datastore.snapshot()
    let relationship = try await service.couples.relationship(couple, in: &snapshot)
    guard relationship.isPurging != true else {
      throw BetweenError(.notPaired, "the couple \(couple) is being purged")
    }
    try await body(.header(couple: couple))
    var count = 0
    for id in [relationship.first, relationship.second] {
      let user = try await service.accounts.user(id, in: &snapshot)
      for root in [Key(.account, user.accountID).any, Key(.user, id).any] {
        count += try await run(root, &snapshot, body)
      }
    }
    count += try await run(Key(.relationship, couple).any, &snapshot, body)
    try await body(.end(count: count))
    return count
  }

  private static var cellsPerPiece: Int { 256 }

  /// Goes through a row.
  private func run(
    _ root: AnyKey, _ snapshot: inout DatastoreSnapshot<Store>,
    _ body: (ExportLine) async throws -> Void
  ) async throws -> Int {
    var (count, range) = (0, KeyRange.all)
    while true {
      var columns = ColumnSelection()
      columns.add(family: AnyKey.family, qualifiers: range)
      let row = try await snapshot.get(
        Get(root.row, columns: columns, cellsMax: Self.cellsPerPiece), in: root.table)
      let cells = row.map(Array.init) ?? []
      for cell in cells {
        let key = AnyKey(table: root.table, row: root.row, qualifier: cell.column.qualifier)
        guard let line = try line(key, cell.value) else { continue }
        try await body(line)
        count += 1
      }
      guard cells.count == Self.cellsPerPiece, let last = cells.last else { return count }
      range.start = last.column.qualifier.successor
    }
  }

  /// What a cell is in the export; nil when it is not in it.
  private func line(_ key: AnyKey, _ stored: Bytes) throws -> ExportLine? {
    guard let parts = KeyPathParts(key.qualifier), let last = parts.steps.last,
      BetweenRecords.isKnown(last.typeNumber), isOfCouple(parts)
    else { return nil }
    switch parts.kind {
    case .deletion: return nil
    case .metadata:
      // A user's own collections have members of other couples as well; of those, an import counts what it brings.
      return key.table == BetweenSchema.userTable && parts.steps.count == 1
        ? nil : .metadata(key, stored)
    case .object: return try object(key, last.typeNumber, stored).map { .record(key, $0) }
    }
  }

  /// Whether it is not below another couple's conversation.
  private func isOfCouple(_ parts: KeyPathParts) -> Bool {
    guard let first = parts.steps.first, let id = first.id,
      first.typeNumber == Conversation.objectType.number
    else { return true }
    return id == couple.keyComponent
  }

  /// A record as it is exported: without what leads to other couples; nil when it is theirs.
  private func object(_ key: AnyKey, _ typeNumber: Int, _ stored: Bytes) throws -> Bytes? {
    let decoder = RecordDecoder()
    switch typeNumber {
    case Notification.objectType.number:
      return try decoder.decode(Notification.self, from: stored).couple == couple ? stored : nil
    case BackupRequest.objectType.number:
      return try decoder.decode(BackupRequest.self, from: stored).couple == couple ? stored : nil
    case User.objectType.number:
      let user = try decoder.decode(User.self, from: stored)
      var alone = user
      if user.relationshipID != couple { alone.relationshipID = nil }
      if user.formerRelationshipID != couple { alone.formerRelationshipID = nil }
      alone.invitationCode = nil
      if alone == user { return stored }
      return try RecordEncoder().encode(alone, keepingUnknownFieldsOf: stored)
    default: return stored
    }
  }
}

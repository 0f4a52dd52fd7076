// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import WideColumn

/// Which cells of a couple's rows are in its export, and as what.
struct ExportSelection {
  private let couple: RandomID
  /// The numbers of indexes, also of those that only the store knows.
  private let indexes: Set<Int>

  init(couple: RandomID, indexes: Set<Int>) {
    self.couple = couple
    self.indexes = indexes
  }

  /// What a cell is in the export; nil when it is not in it.
  func line(_ key: AnyKey, _ stored: Bytes) throws -> ExportLine? {
    guard let parts = KeyPathParts(key.qualifier), let type = parts.steps.last?.typeNumber,
      !indexes.contains(type)
    else { return nil }
    // Only a couple's own row and conversation may have what the program does not know: elsewhere nobody can tell whose it is.
    let isOwn =
      key.table == BetweenSchema.relationshipTable
      || (key.table == BetweenSchema.userTable && isOfConversation(parts))
    switch parts.kind {
    case .deletion: return nil
    case .metadata:
      if isOwn { return .metadata(key, stored) }
      guard parts.steps.count == 1, Self.ofUsers.contains(type) else { return nil }
      return try StoredMetadata(stored, at: key).nextIDAlone.map { .metadata(key, $0) }
    case .object:
      guard isOwn || parts.steps.count == 1 else { return nil }
      return try object(type, stored, isOwn: isOwn).map { .record(key, $0) }
    }
  }

  /// The collections right below a user that have members of several couples.
  static let ofUsers = [Notification.objectType.number, BackupRequest.objectType.number]

  /// Whether it is this couple's conversation, or below it.
  private func isOfConversation(_ parts: KeyPathParts) -> Bool {
    parts.steps[0].typeNumber == Conversation.objectType.number
      && parts.steps[0].id == couple.keyComponent
  }

  /// A record as it is exported: without what leads to other couples; nil when it is theirs.
  private func object(_ typeNumber: Int, _ stored: Bytes, isOwn: Bool) throws -> Bytes? {
    if isOwn { return stored }
    let decoder = RecordDecoder()
    switch typeNumber {
    case Account.objectType.number: return stored
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
    default: return nil
    }
  }
}

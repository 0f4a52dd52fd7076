// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import WideColumn

/// What an import holds back until everything else is written: accounts, users and the couple, and the requests that a worker would take up.
struct ImportRoots {
  /// The lines, in their order.
  private(set) var lines: [(key: AnyKey, stored: Bytes)] = []
  /// The records, for an audit of what is not there yet.
  private(set) var records: [AnyKey: any Record] = [:]
  private let header: ExportHeader
  /// How many of what users may have few of there are, by row and type.
  private var counts: [RowKey: [Int: Int]] = [:]
  private var openRequests: [RowKey: Int] = [:]

  init(_ header: ExportHeader) { self.header = header }

  /// Takes a root.
  ///
  /// Throws `malformedExport` for what is none of this couple.
  mutating func add(
    _ stored: Bytes, at key: AnyKey, _ passwords: any PasswordHasher
  ) throws(BetweenError) {
    switch key.table {
    case BetweenSchema.accountTable:
      try check(try keep(Account.self, stored, key), key, passwords)
    case BetweenSchema.userTable: try check(try keep(User.self, stored, key), key)
    default: try check(try keep(Relationship.self, stored, key), key)
    }
  }

  private mutating func keep<R: Record>(
    _ type: R.Type, _ stored: Bytes, _ key: AnyKey
  ) throws(BetweenError) -> R {
    let record = try Self.decode(type, stored, key)
    lines.append((key, stored))
    records[key] = record
    return record
  }

  static func decode<R: Record>(
    _ type: R.Type, _ stored: Bytes, _ key: AnyKey
  ) throws(BetweenError) -> R {
    guard let record = try? RecordDecoder().decode(type, from: stored) else {
      throw ImportScope.refusal(key, "has bytes that are no \(type.objectType.name)")
    }
    return record
  }

  private func check(
    _ account: Account, _ key: AnyKey, _ passwords: any PasswordHasher
  ) throws(BetweenError) {
    guard header.users.contains(account.userID) else {
      throw ImportScope.refusal(key, "is another user's account")
    }
    // Whether it is really closed, the audit sees.
    if account.email.isEmpty, account.passwordHash.isEmpty { return }
    guard EmailAddress(account.email) != nil else {
      throw ImportScope.refusal(key, "has no address of an e-mail")
    }
    guard passwords.accepts(account.passwordHash) else {
      throw ImportScope.refusal(key, "has no password hash of bounded work")
    }
  }

  private func check(_ user: User, _ key: AnyKey) throws(BetweenError) {
    guard (1...BetweenLimits.nameBytesMax).contains(user.name.utf8.count) else {
      throw ImportScope.refusal(key, "has no name that a user may have")
    }
    let couples = [user.relationshipID, user.formerRelationshipID].compactMap { $0 }
    guard couples.allSatisfy({ $0 == header.couple }), user.invitationCode == nil else {
      throw ImportScope.refusal(key, "leads to another couple, or to an invitation")
    }
  }

  private func check(_ relationship: Relationship, _ key: AnyKey) throws(BetweenError) {
    guard relationship.first == header.first, relationship.second == header.second else {
      throw ImportScope.refusal(key, "is of other users than the file")
    }
    guard relationship.isPurging != true else {
      throw ImportScope.refusal(key, "is being purged")
    }
  }

  /// Looks at a notification or a request, and keeps a request that is open.
  ///
  /// Returns whether it was kept. Throws `malformedExport` for one of another couple, or too many.
  mutating func takeNotice(
    _ stored: Bytes, at key: AnyKey, _ type: Int
  ) throws(BetweenError) -> Bool {
    counts[key.row, default: [:]][type, default: 0] += 1
    let isNotification = type == Notification.objectType.number
    let limit =
      isNotification ? BetweenLimits.notificationsMax : BetweenLimits.backupRequestsMax
    guard (counts[key.row]?[type] ?? 0) <= limit else {
      throw ImportScope.refusal(key, "is one more than a user may have")
    }
    if isNotification {
      let notification = try Self.decode(Notification.self, stored, key)
      guard notification.couple == header.couple else {
        throw ImportScope.refusal(key, "is of another couple")
      }
      return false
    }
    let request = try Self.decode(BackupRequest.self, stored, key)
    guard request.couple == header.couple, !request.isOpen || request.blob == nil else {
      throw ImportScope.refusal(key, "is of another couple, or open and done")
    }
    guard request.isOpen else { return false }
    openRequests[key.row, default: 0] += 1
    guard (openRequests[key.row] ?? 0) <= BetweenLimits.backupRequestsOpenMax else {
      throw ImportScope.refusal(key, "is one more open request than a user may have")
    }
    lines.append((key, stored))
    return true
  }
}

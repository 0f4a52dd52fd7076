// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import WideColumn

/// How far an import has come: what is to be written, and what has been counted.
struct ImportJob {
  let header: ExportHeader
  private(set) var roots: ImportRoots
  private var scope: ImportScope
  private var tally = CollectionTally()

  /// Something to be written below a root.
  enum Write {
    /// A record of a type of the schema.
    case record(AnyKey, Bytes)
    /// A cell as it is.
    case cell(AnyKey, Bytes)

    var key: AnyKey {
      switch self {
      case .record(let key, _), .cell(let key, _): key
      }
    }
  }

  /// What has not been written yet.
  private(set) var pending: [Write] = []
  private(set) var pendingBytes = 0
  /// How many lines there were.
  private(set) var count = 0

  init(_ header: ExportHeader, schema: DatastoreSchema, indexes: Set<Int>) {
    self.header = header
    roots = ImportRoots(header)
    scope = ImportScope(header, schema: schema, indexes: indexes)
  }

  /// Takes a line.
  ///
  /// Returns whether it was a root. Throws `malformedExport`.
  mutating func add(
    _ stored: Bytes, at key: AnyKey, isMetadata: Bool, _ passwords: any PasswordHasher
  ) throws -> Bool {
    count += 1
    switch try scope.place(of: key, isMetadata: isMetadata) {
    case .root:
      try roots.add(stored, at: key, passwords)
      return true
    case .unknown:
      guard (try? RecordValue(decoding: stored)) != nil else {
        throw ImportScope.refusal(key, "has bytes that are no record")
      }
      append(.cell(key, stored), stored.count)
    case .known(let parts):
      if isMetadata {
        append(.cell(key, try metadata(stored, at: key, parts)), stored.count)
      } else if try isToBeWritten(stored, at: key, parts) {
        append(.record(key, stored), stored.count)
      }
    }
    return false
  }

  private mutating func append(_ write: Write, _ bytes: Int) {
    pending.append(write)
    pendingBytes += bytes
  }

  /// Metadata as they are to be written: without a count, which the members that follow give.
  private mutating func metadata(
    _ stored: Bytes, at key: AnyKey, _ parts: KeyPathParts
  ) throws -> Bytes {
    let metadata = try StoredMetadata(stored, at: key)
    if isOfUsers(key, parts) {
      guard try metadata.nextIDAlone == stored else {
        throw ImportScope.refusal(key, "says more than the next id")
      }
      return stored
    }
    try tally.begin(parts, metadata, at: key)
    return try metadata.withoutCount()
  }

  /// Whether a record is to be written now, and not with the roots.
  private mutating func isToBeWritten(
    _ stored: Bytes, at key: AnyKey, _ parts: KeyPathParts
  ) throws(BetweenError) -> Bool {
    if isOfUsers(key, parts) {
      return try !roots.takeNotice(stored, at: key, parts.steps[0].typeNumber)
    }
    // A user has a conversation in each couple, and this is the only one here.
    if key.table == BetweenSchema.userTable, parts.steps.count == 1 {
      try check(try ImportRoots.decode(Conversation.self, stored, key), key)
    } else {
      try tally.count(parts, at: key)
    }
    return true
  }

  /// Throws `malformedExport` for a head with numbers that nobody could count on from.
  private func check(_ head: Conversation, _ key: AnyKey) throws(BetweenError) {
    let numbers = [
      head.lastMessageID, head.unreadCount, head.readThrough, head.partnerReadThrough,
      head.deletedCount,
    ]
    guard head.issued < StoredMetadata.idMax, numbers.allSatisfy({ $0 <= head.issued }) else {
      throw ImportScope.refusal(key, "has numbers beyond the messages that were sent")
    }
  }

  /// Whether it is in a collection right below a user that has members of several couples.
  private func isOfUsers(_ key: AnyKey, _ parts: KeyPathParts) -> Bool {
    key.table == BetweenSchema.userTable && parts.steps.count == 1
      && ExportSelection.ofUsers.contains(parts.steps[0].typeNumber)
  }

  /// Takes the last line.
  ///
  /// Throws `malformedExport` when something is missing.
  mutating func end(_ expected: Int) throws(BetweenError) {
    guard expected == count else {
      throw BetweenError(.malformedExport, "\(count) lines, where \(expected) were written")
    }
    guard scope.isComplete else {
      throw BetweenError(.malformedExport, "an account, a user or the couple is missing")
    }
    try tally.close()
  }

  /// Gives away what is to be written.
  mutating func takePending() -> [Write] {
    defer {
      pending = []
      pendingBytes = 0
    }
    return pending
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// One side of a conversation, read page by page.
private struct AuditSide<Store: AtomicBatchStore> {
  let owner: RandomID
  let key: Key<Conversation>
  let head: Conversation
  private var ahead: ArraySlice<Entry<Message>> = []
  private var cursor: PageCursor?
  private var isAtEnd = false

  var count: UInt64 = 0
  var unread: UInt64 = 0
  var last: Entry<Message>?
  var lastID: UInt64 = 0

  init(owner: RandomID, key: Key<Conversation>, head: Conversation) {
    self.owner = owner
    self.key = key
    self.head = head
  }

  /// The next message that has not been taken.
  mutating func next(
    _ snapshot: inout DatastoreSnapshot<Store>
  ) async throws -> (id: UInt64, entry: Entry<Message>)? {
    while ahead.isEmpty, !isAtEnd {
      let page = try await snapshot.children(.message, of: key, limit: 256, after: cursor)
      ahead = page.entries[...]
      cursor = page.next
      isAtEnd = cursor == nil
    }
    guard let entry = ahead.first else { return nil }
    return (entry.key.id() ?? 0, entry)
  }

  mutating func take() { ahead.removeFirst() }
}

extension AuditPass {
  /// Goes through both sides of a couple's conversation at once.
  mutating func lookAtSides(of relationship: Relationship, _ couple: RandomID) async throws {
    var sides: [AuditSide<Store>] = []
    for owner in [relationship.first, relationship.second] {
      let key = Messaging<Store>.key(of: owner, in: couple)
      guard let head = try await find(key) else {
        report.note(.conversationHasCouple, "\(key)", "the conversation is not there")
        return
      }
      report.expect(
        relationship.partner(of: owner) == head.partner, .conversationHasCouple, "\(key)",
        "the partner is \(head.partner)")
      sides.append(AuditSide(owner: owner, key: key, head: head))
    }
    do {
      var (left, right) = (sides[0], sides[1])
      try await goThrough(&left, &right)
      sides = [left, right]
    } catch let error as DatastoreError where error.code == .malformed {
      // What comes behind a record that cannot be read is not looked at; the datastore has found it.
      return
    }
    for side in sides { finish(side) }
    for (side, other) in [(sides[0], sides[1]), (sides[1], sides[0])] {
      report.expect(
        side.head.readThrough <= side.head.issued
          && side.head.readThrough == other.head.partnerReadThrough, .marksAgree, "\(side.key)",
        "read through \(side.head.readThrough), the partner sees \(other.head.partnerReadThrough)")
    }
    report.expect(
      sides[0].head.issued == sides[1].head.issued
        && sides[0].head.lastSentAt == sides[1].head.lastSentAt, .sidesAgree, "\(sides[0].key)",
      "\(sides[0].head.issued) were sent, and \(sides[1].head.issued) on the other side")
  }

  private mutating func goThrough(
    _ left: inout AuditSide<Store>, _ right: inout AuditSide<Store>
  ) async throws {
    while true {
      let a = try await left.next(&snapshot)
      let b = try await right.next(&snapshot)
      guard a != nil || b != nil else { return }
      let id = min(a?.id ?? .max, b?.id ?? .max)
      if let a, let b, a.id == b.id {
        report.expect(
          a.entry.record == b.entry.record, .sidesAgree, "\(a.entry.key)",
          "the other side has another message")
      }
      if let a, a.id == id {
        try await look(at: a.entry, id, &left, partner: right.owner)
        left.take()
      }
      if let b, b.id == id {
        try await look(at: b.entry, id, &right, partner: left.owner)
        right.take()
      }
    }
  }

  private mutating func look(
    at entry: Entry<Message>, _ id: UInt64, _ side: inout AuditSide<Store>, partner: RandomID
  ) async throws {
    let (message, place) = (entry.record, "\(entry.key)")
    report.messages += 1
    report.expect(
      message.sender == side.owner || message.sender == partner, .senderIsPartner, place,
      "it is from \(message.sender)")
    report.expect(
      id > side.lastID && id <= side.head.issued
        && side.last.map { $0.record.sentAt < message.sentAt } ?? true
        && message.sentAt <= side.head.lastSentAt, .messagesAreInOrder, place,
      "id \(id) behind \(side.lastID), sent at \(message.sentAt)")
    if message.sender != side.owner, id > side.head.readThrough { side.unread += 1 }
    side.count += 1
    side.last = entry
    side.lastID = id
    if case .unknown = message.content {
    } else if (try? message.content.validate()) == nil {
      report.note(.withinLimits, place, "the content is longer than it may be")
    }
    try await expectBlob(message.content.blob, place)
  }

  private mutating func finish(_ side: AuditSide<Store>) {
    let (head, place) = (side.head, "\(side.key)")
    report.expect(
      side.count + head.deletedCount == head.issued, .messagesAreAccounted, place,
      "\(side.count) messages and \(head.deletedCount) deleted of \(head.issued) sent")
    let preview = side.last?.record.content.preview ?? ""
    report.expect(
      head.lastMessageID == side.lastID && head.lastText.utf8.elementsEqual(preview.utf8),
      .headIsLastMessage, place, "it names \(head.lastMessageID), the last is \(side.lastID)")
    report.expect(
      head.unreadCount == side.unread, .unreadIsCounted, place,
      "it counts \(head.unreadCount), there are \(side.unread)")
  }
}

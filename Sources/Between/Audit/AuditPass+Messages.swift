// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

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
    var (left, right) = (sides[0], sides[1])
    try await goThrough(&left, &right)
    for (side, other) in [(left, right), (right, left)] {
      try await finish(side)
      report.expect(
        side.head.readThrough <= side.head.issued
          && side.head.readThrough == other.head.partnerReadThrough, .marksAgree, "\(side.key)",
        "read through \(side.head.readThrough), the partner sees \(other.head.partnerReadThrough)")
    }
    report.expect(
      left.head.issued == right.head.issued && left.head.lastSentAt == right.head.lastSentAt,
      .sidesAgree, "\(left.key)",
      "\(left.head.issued) were sent, and \(right.head.issued) on the other side")
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
          a.message.stored == b.message.stored, .sidesAgree, "\(a.message.place)",
          "the other side has another message")
      }
      if let a, a.id == id {
        try await look(at: a.message, id, &left, partner: right.owner)
        left.take()
      }
      if let b, b.id == id {
        try await look(at: b.message, id, &right, partner: left.owner)
        right.take()
      }
    }
  }

  private mutating func look(
    at child: StoredChild<Message>, _ id: UInt64, _ side: inout AuditSide<Store>,
    partner: RandomID
  ) async throws {
    let place = "\(child.place)"
    report.messages += 1
    report.expect(
      id > side.lastID && id <= side.head.issued, .messagesAreInOrder, place,
      "id \(id) behind \(side.lastID), of \(side.head.issued) that were sent")
    let before = side.last
    side.count += 1
    side.lastID = id
    side.last = nil
    guard let entry = decode(child) else {
      side.isReadable = false
      return
    }
    let message = entry.record
    side.last = message
    report.expect(
      message.sender == side.owner || message.sender == partner, .senderIsPartner, place,
      "it is from \(message.sender)")
    report.expect(
      before.map { $0.sentAt < message.sentAt } ?? true && message.sentAt <= side.head.lastSentAt,
      .messagesAreInOrder, place, "it was sent at \(message.sentAt)")
    if message.sender != side.owner, id > side.head.readThrough { side.unread += 1 }
    expectLimits(of: message.content, place)
    try await expectBlob(message.content.blob, of: entry.key) { $0.content.blob }
  }

  private mutating func expectLimits(of content: MessageContent, _ place: String) {
    // What a newer program has sent keeps that one's limits.
    if case .unknown = content { return }
    do {
      try content.validate()
    } catch {
      report.note(.withinLimits, place, error.message)
    }
  }

  private mutating func finish(_ side: AuditSide<Store>) async throws {
    let (head, place) = (side.head, "\(side.key)")
    let (sum, overflows) = side.count.addingReportingOverflow(head.deletedCount)
    report.expect(
      !overflows && sum == head.issued, .messagesAreAccounted, place,
      "\(side.count) messages and \(head.deletedCount) deleted of \(head.issued) sent")
    if let next = try await passingOver(
      place, { try await $0.collection(.message, of: side.key).nextID })
    {
      report.expect(
        head.issued < .max && next == head.issued + 1, .messagesAreInOrder, place,
        "\(head.issued) were sent, and the next id is \(next)")
    }
    report.expect(
      head.recentTokens?.count ?? 0 <= BetweenLimits.recentTokensMax, .withinLimits, place,
      "it knows \(head.recentTokens?.count ?? 0) tokens")
    report.expect(
      head.lastMessageID == side.lastID, .headIsLastMessage, place,
      "it names \(head.lastMessageID), the last is \(side.lastID)")
    if case .unknown? = side.last?.content {
      // What a newer program shows of it, it knows.
    } else if let last = side.last {
      report.expect(
        head.lastText.utf8.elementsEqual(last.content.preview.utf8), .headIsLastMessage, place,
        "the text is not that of the last message")
    } else if side.count == 0 {
      report.expect(head.lastText.isEmpty, .headIsLastMessage, place, "there is a text, of none")
    }
    if side.isReadable {
      report.expect(
        head.unreadCount == side.unread, .unreadIsCounted, place,
        "it counts \(head.unreadCount), there are \(side.unread)")
    }
  }
}

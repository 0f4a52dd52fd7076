// SPDX-License-Identifier: Apache-2.0

package import Between
package import Panjeon
package import WideColumn

/// A message that was found.
package struct FoundMessage: Equatable, Sendable {
  package var id: UInt64
  package var sender: RandomID
  package var text: Bytes

  package init(id: UInt64, sender: RandomID, text: Bytes) {
    self.id = id
    self.sender = sender
    self.text = text
  }

  init(_ entry: Entry<Message>) {
    id = entry.key.id() ?? 0
    sender = entry.record.sender
    if case .text(let text) = entry.record.content {
      self.text = Bytes(utf8: text)
    } else {
      text = Bytes()
    }
  }
}

/// What one partner's row holds after recovery.
package struct FoundConversation: Sendable {
  package var messages: [FoundMessage]
  /// How many messages the collection's metadata counts.
  package var count: Int
  package var head: Conversation

  package init(messages: [FoundMessage], count: Int, head: Conversation) {
    self.messages = messages
    self.count = count
    self.head = head
  }
}

/// What a check of the recovered store comes to.
package struct DemoFindings: Equatable, Sendable {
  package var found = 0
  package var lost = 0
  package var duplicated = 0
  package var torn = 0
  /// The first few things amiss, for people.
  var notes: [String] = []

  static let notesMax = 10

  package init() {}

  mutating func note(_ text: String) {
    if notes.count < Self.notesMax { notes.append(text) }
  }
}

/// Holds the recovered store against what was acknowledged.
package struct DemoVerifier: Sendable {
  let plan: DemoPlan
  private var acknowledged: [Int: [Acknowledgement]] = [:]

  package init(plan: DemoPlan, acknowledgements: [Acknowledgement]) {
    self.plan = plan
    for acknowledgement in acknowledgements {
      acknowledged[Int(acknowledgement.couple), default: []].append(acknowledgement)
    }
  }

  /// Checks one couple.
  package func check(
    couple: Int, a: FoundConversation, b: FoundConversation, into findings: inout DemoFindings
  ) {
    findings.found += a.messages.count
    checkRow(couple: couple, "a", a, &findings)
    checkRow(couple: couple, "b", b, &findings)
    checkPartnersAgree(couple: couple, a, b, &findings)
    checkOrigins(couple: couple, a, &findings)
    checkAcknowledged(couple: couple, a, b, &findings)
  }

  /// A row by itself: ids without gaps, counts that agree, no message twice.
  private func checkRow(
    couple: Int, _ side: String, _ row: FoundConversation, _ findings: inout DemoFindings
  ) {
    let place = "couple \(couple), row of \(side)"
    let count = UInt64(row.messages.count)
    if row.count != row.messages.count || row.head.issued != count {
      findings.torn += 1
      findings.note(
        "\(place): metadata counts \(row.count), the head \(row.head.issued), members \(count)")
    }
    if row.messages.map(\.id) != Array(1..<(count + 1)) {
      findings.torn += 1
      findings.note("\(place): the ids have gaps or are out of order")
    }
    if let last = row.messages.last {
      if row.head.lastMessageID != last.id || !last.text.starts(with: row.head.lastText.utf8) {
        findings.torn += 1
        findings.note("\(place): the conversation's head is not its last message")
      }
    }
    if plan.conversations == nil {
      let repeats = row.messages.count - Set(row.messages.map(\.text)).count
      if repeats > 0 {
        findings.duplicated += repeats
        findings.note("\(place): \(repeats) messages stand there twice")
      }
    }
  }

  /// Both partners keep every message of the couple, in the same order, with unread counts to match.
  private func checkPartnersAgree(
    couple: Int, _ a: FoundConversation, _ b: FoundConversation, _ findings: inout DemoFindings
  ) {
    if a.messages != b.messages {
      findings.torn += max(1, abs(a.messages.count - b.messages.count))
      findings.note("couple \(couple): the partners' rows differ")
    }
    let ids = plan.ids(couple: couple)
    let fromA = UInt64(a.messages.count { $0.sender == ids.a })
    if a.head.unreadCount != UInt64(a.messages.count) - fromA || b.head.unreadCount != fromA {
      findings.torn += 1
      findings.note("couple \(couple): the unread counts do not match the messages")
    }
  }

  /// Every message found is one that was sent, byte for byte.
  private func checkOrigins(
    couple: Int, _ row: FoundConversation, _ findings: inout DemoFindings
  ) {
    if let lines = plan.conversations?[couple].lines {
      let expected = lines.prefix(row.messages.count).map(\.text)
      if row.messages.map(\.text) != Array(expected) {
        let isLonger = row.messages.count > lines.count
        if isLonger { findings.duplicated += row.messages.count - lines.count }
        findings.torn += isLonger ? 0 : 1
        findings.note("couple \(couple): the messages are not the file's, in its order")
      }
      return
    }
    for message in row.messages {
      guard let (client, number) = DemoPlan.origin(of: message.text),
        plan.text(client: client, number: number) == message.text
      else {
        findings.torn += 1
        findings.note("couple \(couple): message \(message.id) was never sent like this")
        continue
      }
    }
  }

  /// Every acknowledged message is there under its ids; those that followed one another do so in the row.
  private func checkAcknowledged(
    couple: Int, _ a: FoundConversation, _ b: FoundConversation, _ findings: inout DemoFindings
  ) {
    let sent = (acknowledged[couple] ?? []).sorted { $0.senderMessageID < $1.senderMessageID }
    var latestBegin: UInt64 = 0
    for acknowledgement in sent {
      let expected = text(acknowledgement)
      let (own, other) = acknowledgement.isFromA ? (a, b) : (b, a)
      let isThere =
        Self.text(own, acknowledgement.senderMessageID) == expected
        && Self.text(other, acknowledgement.receiverMessageID) == expected
      if !isThere {
        findings.lost += 1
        findings.note(
          "couple \(couple): acknowledged message \(acknowledgement.senderMessageID) is not there")
      }
      if acknowledgement.endNanoseconds < latestBegin {
        findings.torn += 1
        findings.note(
          "couple \(couple): message \(acknowledgement.senderMessageID) stands behind a later one")
      }
      latestBegin = max(latestBegin, acknowledgement.beginNanoseconds)
    }
  }

  private func text(_ acknowledgement: Acknowledgement) -> Bytes {
    let number = Int(acknowledgement.number)
    if let conversations = plan.conversations {
      return conversations[Int(acknowledgement.couple)].lines[number].text
    }
    return plan.text(client: Int(acknowledgement.client), number: number)
  }

  private static func text(_ row: FoundConversation, _ id: UInt64) -> Bytes? {
    guard id >= 1, id <= UInt64(row.messages.count) else { return nil }
    return row.messages[Int(id) - 1].text
  }
}

// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonInspector
import Testing
import WideColumn

@Suite("DemoVerifier")
struct DemoVerifierTests {
  let plan = DemoPlan(run: 5, couples: 1, conversations: nil)

  /// What a sound store holds after three messages of client 0, and what was acknowledged of them.
  private func sound() -> (a: FoundConversation, b: FoundConversation, acks: [Acknowledgement]) {
    let ids = plan.ids(couple: 0)
    var messages: [FoundMessage] = []
    var acks: [Acknowledgement] = []
    for number in 0..<3 {
      messages.append(
        FoundMessage(
          id: UInt64(number + 1), sender: ids.a, text: plan.text(client: 0, number: number)))
      acks.append(
        Acknowledgement(
          couple: 0, client: 0, number: UInt32(number), isFromA: true,
          senderMessageID: UInt64(number + 1), receiverMessageID: UInt64(number + 1),
          beginNanoseconds: UInt64(number * 10), endNanoseconds: UInt64(number * 10 + 5)))
    }
    return (row(messages, unread: 0), row(messages, unread: 3), acks)
  }

  private func row(_ messages: [FoundMessage], unread: UInt64) -> FoundConversation {
    var head = Conversation(partner: plan.ids(couple: 0).a)
    head.issued = UInt64(messages.count)
    head.lastMessageID = messages.last?.id ?? 0
    head.lastText = messages.last?.text.utf8String ?? ""
    head.unreadCount = unread
    return FoundConversation(messages: messages, count: messages.count, head: head)
  }

  private func check(
    _ a: FoundConversation, _ b: FoundConversation, _ acks: [Acknowledgement]
  ) -> DemoFindings {
    var findings = DemoFindings()
    DemoVerifier(plan: plan, acknowledgements: acks)
      .check(couple: 0, a: a, b: b, into: &findings)
    return findings
  }

  @Test("A sound store passes, unacknowledged messages included")
  func passes() {
    let (a, b, acks) = sound()
    for count in 0...3 {
      let findings = check(a, b, Array(acks.prefix(count)))
      #expect(findings.lost == 0 && findings.torn == 0 && findings.duplicated == 0)
      #expect(findings.found == 3)
    }
  }

  @Test("A lost, a doubled, a half-written and a changed message are each found")
  func plantedFaults() {
    let (a, b, acks) = sound()
    let shorterA = row(Array(a.messages.prefix(2)), unread: 0)
    let shorterB = row(Array(b.messages.prefix(2)), unread: 2)
    #expect(check(shorterA, shorterB, acks).lost == 1)
    #expect(check(a, shorterB, Array(acks.prefix(2))).torn > 0)

    var again = a.messages[0]
    again.id = 4
    let doubledA = row(a.messages + [again], unread: 0)
    let doubledB = row(b.messages + [again], unread: 4)
    #expect(check(doubledA, doubledB, acks).duplicated == 2)

    var changed = a.messages
    changed[1].text = "something else"
    #expect(check(row(changed, unread: 0), row(changed, unread: 3), acks).torn > 0)

    var miscounted = a
    miscounted.count = 2
    #expect(check(miscounted, b, acks).torn > 0)

    var late = acks
    late[0].beginNanoseconds = 1000
    late[0].endNanoseconds = 1005
    #expect(check(a, b, late).torn > 0)
  }
}

@Suite("MessagesFile")
struct MessagesFileTests {
  @Test("Conversations keep each couple's order and every byte of the text")
  func parsing() throws {
    let text = """
      {"couple": "1", "from": "a", "text": "잘 잤어? 😊", "sentAt": "2026-11-24T08:00:00Z"}
      {"couple": "2", "from": "b", "text": "line\\nbreak\\u0000"}

      {"from": "b", "couple": "1", "text": "응", "mood": 3, "sentAt": "2026-11-24T17:00:00.250+09:00"}
      """
    let conversations = try MessagesFile.parse(Array(text.utf8))
    #expect(conversations.map(\.couple) == ["1", "2"])
    #expect(conversations[0].lines.map(\.text) == ["잘 잤어? 😊", "응"])
    #expect(conversations[0].lines.map(\.isFromA) == [true, false])
    #expect(conversations[0].lines[0].sentAtMicroseconds == 1_795_507_200_000_000)
    #expect(conversations[0].lines[1].sentAtMicroseconds == 1_795_507_200_250_000)
    #expect(conversations[1].lines[0].text == "line\nbreak\0")
  }

  @Test(
    "A malformed line is refused with its number and the reason",
    arguments: [
      ("{\"couple\": \"1\", \"from\": \"c\", \"text\": \"x\"}", "\"from\""),
      ("{\"couple\": \"1\", \"from\": \"a\"}", "\"text\" is missing"),
      ("{\"couple\": 1, \"from\": \"a\", \"text\": \"x\"}", "\"couple\" is not a string"),
      ("{\"couple\": \"1\", \"from\": \"a\", \"text\": \"x\", \"sentAt\": \"today\"}", "RFC 3339"),
      ("not json", "not a JSON object"), ("[1]", "not"),
    ])
  func malformed(line: String, reason: String) throws {
    let good = "{\"couple\": \"1\", \"from\": \"a\", \"text\": \"x\"}\n"
    do {
      _ = try MessagesFile.parse(Array((good + good + line).utf8))
      Issue.record("accepted")
    } catch let error as MessagesFileError {
      #expect(error.line == 3)
      #expect(error.reason.contains(reason), "\(error)")
    }
  }
}

@Suite("EscapedBytes")
struct EscapedBytesTests {
  @Test("What is printed can be given again")
  func roundTrip() {
    let all = Bytes((0...255).map { UInt8($0) })
    #expect(EscapedBytes.parse(all.description) == all)
    #expect(EscapedBytes.parse("a\\x00\\\\é") == Bytes(Array("a\0\\é".utf8)))
    #expect(EscapedBytes.parse("\\x0") == nil)
    #expect(EscapedBytes.parse("\\q") == nil)
    #expect(EscapedBytes.parse("end\\") == nil)
  }
}

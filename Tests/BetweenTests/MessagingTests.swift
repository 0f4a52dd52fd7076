// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Messaging")
struct MessagingTests {
  private func withCouple(
    _ body: (Database, Relationship) async throws -> Void
  ) async throws {
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    try await withDatabase(at: "/between", configuration: configuration) { database in
      try await BetweenSchema.create(in: database)
      let couple = try await database.withTransaction { transaction in
        var generator = SplitMix64(seed: 7)
        let a = try Accounts.create(name: "민지", using: &generator, in: &transaction)
        let b = try Accounts.create(name: "지수", using: &generator, in: &transaction)
        return try await Couples.pair(a.id, b.id, using: &generator, in: &transaction)
      }
      try await body(database, couple)
    }
  }

  private func send(
    _ text: String, _ database: Database, _ couple: Relationship, from sender: ObjectID
  ) async throws -> Messaging.Receipt {
    try await database.withTransaction(TransactionOptions(durability: .memory, attemptsMax: 10_000))
    {
      transaction in
      try await Messaging.send(
        Bytes(utf8: text), from: sender, in: couple.id, sentAtMicroseconds: 1, in: &transaction)
    }
  }

  @Test("A message is in both rows, with counts, head and unread count to match")
  func sending() async throws {
    try await withCouple { database, couple in
      let texts = ["안녕", "hello\u{0}there", "❤️", ""]
      for (index, text) in texts.enumerated() {
        let sender = index % 2 == 0 ? couple.first : couple.second
        let receipt = try await send(text, database, couple, from: sender)
        #expect(receipt.senderMessageID == UInt64(index + 1))
        #expect(receipt.receiverMessageID == UInt64(index + 1))
      }
      try await database.withSnapshot { snapshot in
        for owner in [couple.first, couple.second] {
          let conversation = Conversation(of: owner, at: snapshot)
          let messages = try await conversation.page(.oldestFirst, limit: 10)
          #expect(messages.map(\.text) == texts.map { Bytes(utf8: $0) })
          let collection = try await conversation.collection()
          #expect(collection.count == 4)
          #expect(collection.nextID == 5)
          let head = try await conversation.head()
          #expect(head.lastMessageID == 4)
          #expect(head.unreadCount == 2)
        }
      }
    }
  }

  @Test("Pages from either end fit together and end with the conversation")
  func pages() async throws {
    try await withCouple { database, couple in
      for number in 1...23 {
        _ = try await send("\(number)", database, couple, from: couple.first)
      }
      try await database.withSnapshot { snapshot in
        let conversation = Conversation(of: couple.second, at: snapshot)
        for order in [Conversation<EmbeddedStore>.Order.oldestFirst, .newestFirst] {
          var ids: [UInt64] = []
          while true {
            let page = try await conversation.page(order, after: ids.last, limit: 5)
            ids += page.map(\.id)
            if page.count < 5 { break }
          }
          #expect(ids == (order == .oldestFirst ? Array(1...23) : (1...23).reversed()))
        }
      }
    }
  }

  @Test("Partners who write at the same time get ids without gaps, the same in both rows")
  func concurrentPartners() async throws {
    try await withCouple { database, couple in
      try await withThrowingTaskGroup { group in
        for (index, sender) in [couple.first, couple.second, couple.first, couple.second]
          .enumerated()
        {
          group.addTask {
            for number in 0..<15 {
              _ = try await send("\(index)/\(number)", database, couple, from: sender)
            }
          }
        }
        try await group.waitForAll()
      }
      try await database.withSnapshot { snapshot in
        let a = try await Conversation(of: couple.first, at: snapshot).page(
          .oldestFirst, limit: 100)
        let b = try await Conversation(of: couple.second, at: snapshot).page(
          .oldestFirst, limit: 100)
        #expect(a.map(\.id) == Array(1...60))
        #expect(a == b)
      }
    }
  }

  @Test("Strangers, third partners and unknown users are refused")
  func refusals() async throws {
    try await withCouple { database, couple in
      var generator = SplitMix64(seed: 99)
      let stranger = ObjectID(using: &generator)
      await #expect(throws: BetweenError.notPaired) {
        _ = try await send("hi", database, couple, from: stranger)
      }
      await #expect(throws: BetweenError.alreadyPaired) {
        try await database.withTransaction { transaction in
          var generator = SplitMix64(seed: 8)
          let third = try Accounts.create(name: "c", using: &generator, in: &transaction)
          _ = try await Couples.pair(couple.first, third.id, using: &generator, in: &transaction)
        }
      }
      await #expect(throws: BetweenError.noSuchUser) {
        try await database.withTransaction { transaction in
          var generator = SplitMix64(seed: 8)
          _ = try await Couples.pair(stranger, couple.first, using: &generator, in: &transaction)
        }
      }
    }
  }
}

@Suite("Qualifier")
struct QualifierTests {
  @Test(
    "The metadata of a collection sorts right before its first member, and collections do not mix")
  func order() {
    let metadata = Qualifier.metadata(of: .message)
    let members = [0, 1, 255, 256, UInt64.max].map { Qualifier.member(.message, $0) }
    #expect(([metadata] + members).sorted() == [metadata] + members)
    #expect(Qualifier.metadata(of: .conversation) > members[4])
    #expect(members.map(Qualifier.memberID) == [0, 1, 255, 256, UInt64.max])
    #expect(Qualifier.memberID(metadata) == nil)
    let nested = Qualifier.member(.message, 3, under: [(.relationship, 9)])
    #expect(Array(nested) == [5, 3, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0, 3])
    #expect(Qualifier.memberID(nested) == 3)
    #expect(Qualifier.members(of: .message, from: 1).contains(members[4]))
    #expect(!Qualifier.members(of: .message, from: 1).contains(members[0]))
    #expect(!Qualifier.members(of: .message, from: 1, to: 256).contains(members[3]))
  }

  @Test("A field that a record's reader does not know is written back as it was")
  func unknownFields() throws {
    let bytes: [UInt8] = [0x08, 0x05, 0x10, 0x06, 0x9A, 0x06, 0x02, 0x68, 0x69, 0xA0, 0x06, 0x01]
    var collection = try MessageCollection(decoding: Bytes(bytes))
    #expect(collection.count == 5)
    collection.count = 7
    #expect(Array(collection.encode()) == [0x08, 0x07] + bytes.dropFirst(2))
    #expect(throws: BetweenError.malformedRecord) {
      _ = try MessageCollection(decoding: Bytes(bytes.dropLast()))
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

package import Panjeon
package import WideColumn

/// What parent and child know of a run without speaking: who is in which couple, and what is written.
///
/// Everything is a function of the run's number, so that the parent can tell what should be in the store.
package struct DemoPlan: Sendable {
  /// The number of the run: the seed, unless a store already holds that run's couples.
  let run: UInt64
  let conversations: [DemoConversation]?
  let coupleCount: Int

  package init(run: UInt64, couples: Int, conversations: [DemoConversation]?) {
    self.run = run
    self.conversations = conversations
    coupleCount = conversations?.count ?? couples
  }

  /// Who a couple is.
  package struct Members: Sendable {
    package var a: RandomID
    package var b: RandomID
    package var couple: RandomID
    var accountOfA: RandomID
    var accountOfB: RandomID
  }

  /// The generator that gives the ids of a couple.
  private func generator(couple: Int) -> SplitMix64 {
    // Through a generator of its own: neighbouring seeds must not give overlapping streams.
    var mixed = SplitMix64(seed: run ^ UInt64(couple) << 24 ^ 0xC0FF_EE)
    return SplitMix64(seed: mixed.next())
  }

  /// The ids of a couple: its two users and itself.
  package func ids(couple: Int) -> Members {
    var generator = generator(couple: couple)
    return Members(
      a: RandomID(using: &generator), b: RandomID(using: &generator),
      couple: RandomID(using: &generator), accountOfA: RandomID(using: &generator),
      accountOfB: RandomID(using: &generator))
  }

  /// The addresses of a couple's two, which no other run's have.
  func emails(couple: Int) -> (a: String, b: String) {
    ("a.\(couple)@\(run).example", "b.\(couple)@\(run).example")
  }

  /// The text of a made-up message: names its client and number, so that it is the only one of its kind.
  package func text(client: Int, number: Int) -> Bytes {
    var mixed = SplitMix64(seed: run ^ UInt64(client) << 40 ^ UInt64(number) << 4)
    var generator = SplitMix64(seed: mixed.next())
    var text = "\(client)/\(number)"
    for _ in 0..<Int.random(in: 3...16, using: &generator) {
      text += " " + Self.words[Int.random(in: 0..<Self.words.count, using: &generator)]
    }
    return Bytes(utf8: text)
  }

  /// The client and number that a made-up text names.
  static func origin(of text: Bytes) -> (client: Int, number: Int)? {
    let name = text.prefix { $0 != UInt8(ascii: " ") }
    let parts = Bytes(Array(name)).utf8String?.split(separator: "/") ?? []
    guard parts.count == 2, let client = Int(parts[0]), let number = Int(parts[1]) else {
      return nil
    }
    return (client, number)
  }

  private static let words = [
    "good", "morning", "did", "you", "sleep", "well", "coffee", "later", "love", "see", "tonight",
    "train", "is", "late", "again", "dinner", "at", "eight", "miss", "happy", "anniversary",
    "잘", "잤어", "보고", "싶어", "오늘", "저녁", "뭐", "먹을까", "사랑해", "지금", "가는", "중이야", "우리",
    "기념일", "축하해", "❤️", "😊",
  ]
}

/// The messages of one couple of a file, in their order.
package struct DemoConversation: Sendable, Equatable {
  package struct Line: Sendable, Equatable {
    package var isFromA: Bool
    package var text: Bytes
    package var sentAtMicroseconds: Int64?
  }

  package var couple: String
  package var lines: [Line]
}

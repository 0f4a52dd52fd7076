// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A message, as one of the partners keeps it.
public struct Message: Hashable, Sendable {
  /// The message's number in its owner's conversation, from one, without gaps.
  public var id: UInt64
  /// Who wrote it.
  public var sender: ObjectID
  /// What was written: UTF-8, kept byte for byte.
  public var text: Bytes
  /// When it was sent, in microseconds since the Unix epoch.
  public var sentAtMicroseconds: Int64
  var unknown = Bytes()

  /// Creates a message.
  public init(id: UInt64, sender: ObjectID, text: Bytes, sentAtMicroseconds: Int64) {
    self.id = id
    self.sender = sender
    self.text = text
    self.sentAtMicroseconds = sentAtMicroseconds
  }

  package func encode() -> Bytes {
    var writer = FieldWriter()
    writer.append(1, sender.bytes)
    writer.append(2, text)
    writer.append(3, UInt64(bitPattern: sentAtMicroseconds))
    writer.append(unknown: unknown)
    return Bytes(writer.bytes)
  }

  /// Decodes a stored message.
  ///
  /// Throws `malformedRecord`.
  public init(id: UInt64, decoding bytes: Bytes) throws(BetweenError) {
    var sender: ObjectID?
    var text = Bytes()
    var sentAt: UInt64 = 0
    var reader = FieldReader(bytes)
    try reader.readAll { field, value in
      switch (field, value) {
      case (1, .bytes(let id)): sender = ObjectID(id)
      case (2, .bytes(let bytes)): text = bytes
      case (3, .number(let number)): sentAt = number
      default: return false
      }
      return true
    }
    guard let sender else { throw .malformedRecord }
    self.init(
      id: id, sender: sender, text: text, sentAtMicroseconds: Int64(bitPattern: sentAt))
    unknown = Bytes(reader.unknown)
  }
}

/// The metadata of a user's messages: how many there are and which id comes next.
public struct MessageCollection: Hashable, Sendable {
  /// How many messages there are.
  public var count: UInt64 = 0
  /// The id of the next message.
  public var nextID: UInt64 = 1
  var unknown = Bytes()

  static let qualifier = Qualifier.metadata(of: .message)

  package init() {}

  package func encode() -> Bytes {
    var writer = FieldWriter()
    writer.append(1, count)
    writer.append(2, nextID)
    writer.append(unknown: unknown)
    return Bytes(writer.bytes)
  }

  package init(decoding bytes: Bytes) throws(BetweenError) {
    var count: UInt64 = 0
    var nextID: UInt64 = 1
    var reader = FieldReader(bytes)
    try reader.readAll { field, value in
      switch (field, value) {
      case (1, .number(let number)): count = number
      case (2, .number(let number)): nextID = number
      default: return false
      }
      return true
    }
    self.count = count
    self.nextID = nextID
    unknown = Bytes(reader.unknown)
  }
}

/// The head of a user's conversation: what a list of conversations shows.
public struct ConversationHead: Hashable, Sendable {
  /// The id of the last message.
  public var lastMessageID: UInt64 = 0
  /// The text of the last message.
  public var lastText = Bytes()
  /// How many messages the user has not read.
  public var unreadCount: UInt64 = 0
  var unknown = Bytes()

  static let qualifier = Qualifier.metadata(of: .conversation)

  package init() {}

  package func encode() -> Bytes {
    var writer = FieldWriter()
    writer.append(1, lastMessageID)
    writer.append(2, lastText)
    writer.append(3, unreadCount)
    writer.append(unknown: unknown)
    return Bytes(writer.bytes)
  }

  package init(decoding bytes: Bytes) throws(BetweenError) {
    var head = ConversationHead()
    var reader = FieldReader(bytes)
    try reader.readAll { field, value in
      switch (field, value) {
      case (1, .number(let number)): head.lastMessageID = number
      case (2, .bytes(let bytes)): head.lastText = bytes
      case (3, .number(let number)): head.unreadCount = number
      default: return false
      }
      return true
    }
    head.unknown = Bytes(reader.unknown)
    self = head
  }
}

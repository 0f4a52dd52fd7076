// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// A message, as one of the partners keeps it; its id, from one on, is the same in both rows.
public struct Message: Record, Hashable {
  /// Number 7, below a conversation.
  public static let objectType = ObjectType<Message>(7, "message")

  /// The bytes of a photo or a voice.
  public static var blobs: (@Sendable (Message) -> [Blob])? {
    { message in message.content.blob.map { [$0] } ?? [] }
  }

  /// Who wrote it.
  public var sender: RandomID
  /// When: later than all messages before it in the conversation.
  public var sentAt: Timestamp
  /// What it says.
  public var content: MessageContent

  /// Creates a message.
  public init(sender: RandomID, sentAt: Timestamp, content: MessageContent) {
    self.sender = sender
    self.sentAt = sentAt
    self.content = content
  }

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// Who wrote it.
    case sender = 1
    /// When.
    case sentAt = 2
    /// What kind of content it has: 0 text, 1 sticker, 2 photo, 3 voice; absent for a text.
    case kind = 3
    /// The text, the sticker's name, or the photo's caption.
    case text = 4
    /// The bytes of a photo or a voice.
    case blob = 5
    /// How long the voice is.
    case milliseconds = 6
  }

  private enum Kind {
    static let sticker = 1
    static let photo = 2
    static let voice = 3
  }

  /// Reads a message; a kind that is not known is ``MessageContent/unknown(_:)``, whose bytes are kept and released as others are.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    sender = try container.decode(RandomID.self, forKey: .sender)
    sentAt = try container.decode(Timestamp.self, forKey: .sentAt)
    let text = try container.decodeIfPresent(String.self, forKey: .text) ?? ""
    switch try container.decodeIfPresent(Int.self, forKey: .kind) ?? 0 {
    case 0: content = .text(text)
    case Kind.sticker: content = .sticker(text)
    case Kind.photo:
      content = .photo(try container.decode(Blob.self, forKey: .blob), caption: text)
    case Kind.voice:
      content = .voice(
        try container.decode(Blob.self, forKey: .blob),
        milliseconds: try container.decode(UInt32.self, forKey: .milliseconds))
    case let kind:
      content = .unknown(
        UnknownContent(
          kind: kind, text: try container.decodeIfPresent(String.self, forKey: .text),
          blob: try container.decodeIfPresent(Blob.self, forKey: .blob),
          milliseconds: try container.decodeIfPresent(UInt32.self, forKey: .milliseconds)))
    }
  }

  /// Writes a message.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sender, forKey: .sender)
    try container.encode(sentAt, forKey: .sentAt)
    switch content {
    case .text(let text): try container.encode(text, forKey: .text)
    case .sticker(let name):
      try container.encode(Kind.sticker, forKey: .kind)
      try container.encode(name, forKey: .text)
    case .photo(let blob, let caption):
      try container.encode(Kind.photo, forKey: .kind)
      if !caption.isEmpty { try container.encode(caption, forKey: .text) }
      try container.encode(blob, forKey: .blob)
    case .voice(let blob, let milliseconds):
      try container.encode(Kind.voice, forKey: .kind)
      try container.encode(blob, forKey: .blob)
      try container.encode(milliseconds, forKey: .milliseconds)
    case .unknown(let unknown):
      try container.encode(unknown.kind, forKey: .kind)
      try container.encodeIfPresent(unknown.text, forKey: .text)
      try container.encodeIfPresent(unknown.blob, forKey: .blob)
      try container.encodeIfPresent(unknown.milliseconds, forKey: .milliseconds)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

public import Panjeon

/// What a message says.
///
/// Texts are kept byte for byte; two contents are equal when their bytes are, not when they look alike.
public enum MessageContent: Sendable {
  /// A text.
  case text(String)
  /// A picture that the app has, by its name.
  case sticker(String)
  /// A photo, and what is written beside it.
  case photo(Blob, caption: String)
  /// A recorded voice, and how long it is.
  case voice(Blob, milliseconds: UInt32)
  /// Something that a newer program has sent.
  case unknown(UnknownContent)

  /// The bytes it names, if it names any.
  public var blob: Blob? {
    switch self {
    case .photo(let blob, _), .voice(let blob, _): blob
    case .unknown(let unknown): unknown.blob
    case .text, .sticker: nil
    }
  }

  /// How many bytes its texts have.
  var textBytes: Int {
    switch self {
    case .text(let text), .sticker(let text), .photo(_, caption: let text): text.utf8.count
    case .unknown(let unknown): unknown.text?.utf8.count ?? 0
    case .voice: 0
    }
  }

  /// What the head of a conversation shows of it: at most ``BetweenLimits/previewBytesMax`` bytes, cut between scalars.
  var preview: String {
    switch self {
    case .text(let text): text.prefix(utf8BytesMax: BetweenLimits.previewBytesMax)
    case .photo(_, let caption): caption.prefix(utf8BytesMax: BetweenLimits.previewBytesMax)
    case .sticker(let name): name
    case .voice, .unknown: ""
    }
  }

  /// Throws `tooLong`; `invalidText` for what cannot be sent.
  func validate() throws(BetweenError) {
    switch self {
    case .text(let text):
      try BetweenLimits.check(text, bytesMax: BetweenLimits.textBytesMax, "a text")
    case .sticker(let name):
      try BetweenLimits.check(name, bytesMax: BetweenLimits.nameBytesMax, "a sticker's name")
    case .photo(_, let caption):
      try BetweenLimits.check(caption, bytesMax: BetweenLimits.captionBytesMax, "a caption")
    case .voice: break
    case .unknown(let unknown):
      throw BetweenError(.invalidText, "a message of the unknown kind \(unknown.kind)")
    }
  }
}

extension MessageContent: Hashable {
  /// Whether both say the same, byte for byte.
  public static func == (left: MessageContent, right: MessageContent) -> Bool {
    switch (left, right) {
    case (.text(let a), .text(let b)), (.sticker(let a), .sticker(let b)):
      a.utf8.elementsEqual(b.utf8)
    case (.photo(let a, let textA), .photo(let b, let textB)):
      a == b && textA.utf8.elementsEqual(textB.utf8)
    case (.voice(let a, let lengthA), .voice(let b, let lengthB)): a == b && lengthA == lengthB
    case (.unknown(let a), .unknown(let b)): a == b
    default: false
    }
  }

  /// Feeds what is seen of it to `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(preview)
    hasher.combine(blob)
  }
}

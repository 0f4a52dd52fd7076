// SPDX-License-Identifier: Apache-2.0

/// What somebody has said in a transcript.
public struct TranscriptMessage: Sendable, CustomStringConvertible {
  /// When, as the app has shown it: to the second, or only to the minute.
  public var moment: LocalMoment
  /// Who.
  public var name: String
  /// What, with all its lines, byte for byte.
  public var text: String

  /// Joins the parts.
  public init(moment: LocalMoment, name: String, text: String) {
    self.moment = moment
    self.name = name
    self.text = text
  }

  /// Whether the app has put the text there in place of a photo, or of something else that is not in the transcript.
  ///
  /// By the mark U+200E that WhatsApp sets before such texts on iOS; elsewhere nobody can tell them from what people write.
  public var isPlaceholder: Bool { text.unicodeScalars.first == "\u{200E}" }

  /// The day, the time and the name; nothing of the text.
  public var description: String { "\(moment.date) \(moment.hour):\(moment.minute) \(name)" }
}

extension TranscriptMessage: Equatable {
  /// Whether both are the same, byte for byte.
  public static func == (left: TranscriptMessage, right: TranscriptMessage) -> Bool {
    left.moment == right.moment && left.name.utf8.elementsEqual(right.name.utf8)
      && left.text.utf8.elementsEqual(right.text.utf8)
  }
}

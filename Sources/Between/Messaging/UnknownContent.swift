// SPDX-License-Identifier: Apache-2.0

public import Panjeon

/// What a message of a kind has that this program does not know: all the fields that it does know, for a newer program has put something there.
public struct UnknownContent: Hashable, Sendable {
  /// The number of the kind.
  public let kind: Int
  /// A text.
  public let text: String?
  /// Some bytes.
  public let blob: Blob?
  /// A length of time.
  public let milliseconds: UInt32?

  init(kind: Int, text: String?, blob: Blob?, milliseconds: UInt32?) {
    self.kind = kind
    self.text = text
    self.blob = blob
    self.milliseconds = milliseconds
  }

  /// Whether both are the same, byte for byte.
  public static func == (left: UnknownContent, right: UnknownContent) -> Bool {
    left.kind == right.kind && left.blob == right.blob && left.milliseconds == right.milliseconds
      && left.text.map { Array($0.utf8) } == right.text.map { Array($0.utf8) }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// What texts may be.
extension BetweenLimits {
  /// Throws `tooLong`.
  static func check(_ text: String, bytesMax: Int, _ what: String) throws(BetweenError) {
    guard text.utf8.count <= bytesMax else {
      throw BetweenError(.tooLong, "\(what) of \(text.utf8.count) bytes; at most \(bytesMax)")
    }
  }

  /// Throws `invalidText` for a title that shows nothing, `tooLong`.
  static func checkTitle(_ title: String) throws(BetweenError) {
    try check(title, bytesMax: captionBytesMax, "a title")
    guard title.showsSomething else {
      throw BetweenError(.invalidText, "a title has something to be seen")
    }
  }

  /// Throws `invalidText` for a memo or a comment that shows nothing, `tooLong`.
  static func checkMemo(_ text: String) throws(BetweenError) {
    try check(text, bytesMax: memoBytesMax, "a memo or a comment")
    guard text.showsSomething else { throw BetweenError(.invalidText, "it says nothing") }
  }
}

extension String {
  /// Whether there is anything but white space, control characters, and what is not drawn: joiners, fillers, marks of direction.
  ///
  /// What a scalar is, the platform's Unicode tells: to be asked of what comes in, not of what is stored.
  var showsSomething: Bool {
    unicodeScalars.contains { scalar in
      let properties = scalar.properties
      return !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint
        && properties.generalCategory != .control && properties.generalCategory != .format
    }
  }
}

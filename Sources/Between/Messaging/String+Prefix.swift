// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The scalars from the beginning that have so many bytes of UTF-8 at the most.
  func prefix(utf8BytesMax: Int) -> String {
    if utf8.count <= utf8BytesMax { return self }
    var bytes = 0
    var end = unicodeScalars.startIndex
    while end < unicodeScalars.endIndex {
      bytes += String(unicodeScalars[end]).utf8.count
      if bytes > utf8BytesMax { break }
      end = unicodeScalars.index(after: end)
    }
    return String(unicodeScalars[..<end])
  }
}

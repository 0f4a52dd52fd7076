// SPDX-License-Identifier: Apache-2.0

/// A path without what can be left out of it: `a//./b/../c` is `a/c`.
///
/// Only the text counts. Links, and relative paths beside absolute ones, are seen through when the volumes are opened: each says which
/// one it is.
struct LexicalPath: Hashable {
  private let isAbsolute: Bool
  /// How many directories up it begins.
  private var ups = 0
  private var names: [Substring] = []

  init(_ path: String) {
    isAbsolute = path.utf8.first == UInt8(ascii: "/")
    for component in path.split(separator: "/") where component != "." {
      if component != ".." {
        names.append(component)
      } else if names.popLast() == nil, !isAbsolute {
        ups += 1
      }
    }
  }

  /// Whether another path is below this one.
  func contains(_ other: LexicalPath) -> Bool {
    guard isAbsolute == other.isAbsolute else { return false }
    if ups != other.ups { return ups > other.ups && names.isEmpty }
    return other.names.count > names.count && other.names.starts(with: names)
  }
}

// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// Reads a file line by line, in bounded memory.
package struct LineReader: ~Copyable {
  /// The longest line, in bytes: 64 MiB.
  static let lineBytesMax = 64 << 20

  private let file: any File
  private var offset: UInt64 = 0
  private var rest: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  package init(_ file: any File) { self.file = file }

  /// Returns the next line without its end; nil behind the last one.
  ///
  /// Throws `io`; `corruption` for what is no UTF-8.
  package mutating func next() throws(StoreError) -> String? {
    var searched = start
    while true {
      if let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return try text(rest[start..<end])
      }
      if isAtEnd {
        defer { start = rest.count }
        return start < rest.count ? try text(rest[start...]) : nil
      }
      rest.removeFirst(start)
      start = 0
      searched = rest.count
      guard rest.count <= Self.lineBytesMax else {
        throw StoreError(.invalidArgument, "a line is longer than \(Self.lineBytesMax) bytes")
      }
      let more = try file.readUpTo(1 << 20, at: offset)
      isAtEnd = more.isEmpty
      offset += UInt64(more.count)
      rest += more
    }
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(StoreError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw StoreError(.invalidArgument, "a line is not valid UTF-8")
    }
    return text
  }

  package func close() { file.close() }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Copies of a file that should be equal, to be read: the first that can be is.
///
/// They belong to somebody else, who closes them.
final class EqualCopies: File {
  private let all: [any File]

  /// - Parameter copies: The copies; one at least.
  init(_ copies: [any File]) {
    all = copies
  }

  var path: String { all[0].path }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    for copy in all.dropLast() {
      // Whatever is wrong with it, the next is as good.
      if let count = try? unsafe copy.read(into: buffer, at: offset) { return count }
    }
    return try unsafe all[all.count - 1].read(into: buffer, at: offset)
  }

  func size() throws(StoreError) -> UInt64 {
    for copy in all.dropLast() {
      if let size = try? copy.size() { return size }
    }
    return try all[all.count - 1].size()
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    throw readOnly
  }

  func truncate(to size: UInt64) throws(StoreError) { throw readOnly }

  func sync() throws(StoreError) { throw readOnly }

  func close() {}

  private var readOnly: StoreError {
    StoreError(.io, "the copies of a file are only read", file: path)
  }
}

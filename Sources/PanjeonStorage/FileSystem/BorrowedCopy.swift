// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// One of the copies of a file, for whoever closes what is read: the copy is closed with its file.
final class BorrowedCopy: File {
  private let copy: any File
  /// Keeps the copy open.
  private let file: any File

  init(_ copy: any File, of file: any File) {
    self.copy = copy
    self.file = file
  }

  /// What is to be looked at of a file, one by one: its copies, or itself.
  static func all(of file: any File) -> [any File] {
    let copies = file.copies
    return copies.isEmpty ? [file] : copies.map { BorrowedCopy($0, of: file) }
  }

  var path: String { copy.path }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int
  {
    try unsafe copy.read(into: buffer, at: offset)
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    try unsafe copy.write(bytes, at: offset)
  }

  func sync() throws(StoreError) { try copy.sync() }

  func truncate(to size: UInt64) throws(StoreError) { try copy.truncate(to: size) }

  func size() throws(StoreError) -> UInt64 { try copy.size() }

  func close() {}
}

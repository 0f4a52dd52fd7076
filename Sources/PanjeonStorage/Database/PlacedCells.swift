// SPDX-License-Identifier: Apache-2.0

/// The cells of a run, encoded; valid only as long as the call lasts that they are handed to.
@safe package struct PlacedCells: @unchecked Sendable {
  // Unchecked: the thread that has them does all with them that is done.
  private let bytes: UnsafeMutableRawBufferPointer
  private let count: Int

  /// Those that lie at the beginning of `bytes`.
  package init(_ bytes: UnsafeMutableRawBufferPointer, count: Int) {
    unsafe self.bytes = unsafe bytes
    self.count = count
  }

  /// Hands on each cell's key and value.
  @inline(always)
  package func forEach(
    _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
  ) {
    var offset = 0
    for _ in 0..<count {
      let key = unsafe sized(at: offset + 1)
      let value = unsafe sized(at: offset + 5 + key.count)
      unsafe body(key, value)
      offset += 9 + key.count + value.count
    }
  }

  /// Gives them their sequences, and the timestamp to those that take the commit's.
  func place(firstSequence: UInt64, invertedTimestamp: UInt64) {
    var sequence = firstSequence
    var offset = 0
    for _ in 0..<count {
      let keyLength = length(at: offset + 1)
      let suffix = offset + 5 + keyLength - CellKey.suffixBytes
      if unsafe bytes[offset] == LogRecord.takesTimestamp {
        unsafe bytes.storeBytes(of: invertedTimestamp, toByteOffset: suffix, as: UInt64.self)
      }
      unsafe bytes.storeBytes(
        of: (~sequence).bigEndian, toByteOffset: suffix + 8, as: UInt64.self)
      offset += 9 + keyLength + length(at: offset + 5 + keyLength)
      sequence += 1
    }
  }

  private func length(at offset: Int) -> Int {
    unsafe Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian)
  }

  /// The bytes behind their length.
  private func sized(at offset: Int) -> UnsafeRawBufferPointer {
    let start = offset + 4
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length(at: offset))])
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Copies files from one file system to another, with their checksums.
enum FileCopy {
  /// How much is read and written at once, in bytes.
  static let chunkBytes = 1 << 20

  /// Copies bytes to a new file, durably but for its name.
  ///
  /// - Parameters:
  ///   - byteCount: How many.
  ///   - read: Gives those of a range, or fewer where its file ends.
  ///   - target: The file; it is left open.
  ///   - pacer: Ends the copying when it is not wanted any more.
  /// - Returns: The CRC32C of what was copied, and how many bytes that was.
  /// - Throws: What `read` throws; `io`, `noSpace`, `closed`.
  static func copy(
    _ byteCount: UInt64, _ read: (Range<UInt64>) throws(StoreError) -> [UInt8],
    to target: any File, _ pacer: inout ReadPacer
  ) throws(StoreError) -> (checksum: UInt32, bytes: UInt64) {
    var checksum: UInt32 = 0
    var offset: UInt64 = 0
    while offset < byteCount {
      let bytes = try read(offset..<min(byteCount, offset + UInt64(chunkBytes)))
      if bytes.isEmpty { break }
      let start = offset
      checksum = try unsafe bytes.withRawBytes {
        (bytes) throws(StoreError) -> UInt32 in
        try unsafe target.write(bytes, at: start)
        return unsafe Checksum.crc32c(bytes, extending: checksum)
      }
      offset += UInt64(bytes.count)
      try pacer.read(bytes.count)
    }
    try target.sync()
    return (checksum, offset)
  }

  /// The CRC32C of a file's bytes.
  static func checksum(
    of byteCount: UInt64,
    _ read: (Range<UInt64>) throws(StoreError) -> [UInt8], _ pacer: inout ReadPacer
  ) throws(StoreError) -> UInt32 {
    var checksum: UInt32 = 0
    var offset: UInt64 = 0
    while offset < byteCount {
      let bytes = try read(offset..<min(byteCount, offset + UInt64(chunkBytes)))
      if bytes.isEmpty { break }
      checksum = unsafe bytes.withUnsafeBytes {
        unsafe Checksum.crc32c($0, extending: checksum)
      }
      offset += UInt64(bytes.count)
      try pacer.read(bytes.count)
    }
    return checksum
  }
}

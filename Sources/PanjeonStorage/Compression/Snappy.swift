// SPDX-License-Identifier: Apache-2.0

#if Snappy
  internal import CPanjeonSnappy

  /// Snappy, by the system's library.
  enum Snappy {
    /// How much room it takes to compress so many bytes.
    static func bound(_ count: Int) -> Int { snappy_max_compressed_length(count) }

    /// Compresses bytes into a room of ``bound(_:)``; returns how many there are then.
    static func compress(
      _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) -> Int? {
      var count = room.count
      let status = unsafe snappy_compress(
        bytes.bindMemory(to: CChar.self).baseAddress, bytes.count,
        room.bindMemory(to: CChar.self).baseAddress, &count)
      return status == SNAPPY_OK ? count : nil
    }

    static func decompress(
      _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
      let source = unsafe bytes.bindMemory(to: CChar.self).baseAddress
      var count = 0
      guard unsafe snappy_uncompressed_length(source, bytes.count, &count) == SNAPPY_OK,
        count == target.count
      else { return false }
      return unsafe snappy_uncompress(
        source, bytes.count, target.bindMemory(to: CChar.self).baseAddress, &count) == SNAPPY_OK
        && count == target.count
    }
  }
#endif

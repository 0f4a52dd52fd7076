// SPDX-License-Identifier: Apache-2.0

#if LZ4
  internal import CPanjeonLZ4

  /// LZ4's block format, by the system's library.
  enum LZ4 {
    /// Compresses bytes into a room; returns how many there are then, nil if that are more than there is room for.
    static func compress(
      _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) -> Int? {
      let count = unsafe LZ4_compress_default(
        bytes.bindMemory(to: CChar.self).baseAddress,
        room.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), Int32(room.count))
      return count > 0 ? Int(count) : nil
    }

    static func decompress(
      _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
      let count = unsafe LZ4_decompress_safe(
        bytes.bindMemory(to: CChar.self).baseAddress,
        target.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), Int32(target.count))
      return Int(count) == target.count
    }
  }
#endif

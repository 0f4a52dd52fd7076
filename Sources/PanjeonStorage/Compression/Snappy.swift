// SPDX-License-Identifier: Apache-2.0

#if Snappy
  internal import CPanjeonSnappy

  /// Snappy, by the system's library.
  enum Snappy {
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
      var count = snappy_max_compressed_length(bytes.count)
      var output = [UInt8](repeating: 0, count: count)
      let status = unsafe bytes.withUnsafeBytes { source in
        unsafe output.withUnsafeMutableBytes { target in
          unsafe snappy_compress(
            source.bindMemory(to: CChar.self).baseAddress, source.count,
            target.bindMemory(to: CChar.self).baseAddress, &count)
        }
      }
      guard status == SNAPPY_OK else { return nil }
      output.removeLast(output.count - count)
      return output
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

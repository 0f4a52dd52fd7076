// SPDX-License-Identifier: Apache-2.0

#if LZ4
  internal import CPanjeonLZ4

  /// LZ4's block format, by the system's library.
  enum LZ4 {
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
      let bound = LZ4_compressBound(Int32(bytes.count))
      var output = [UInt8](repeating: 0, count: Int(bound))
      let count = unsafe bytes.withUnsafeBytes { source in
        unsafe output.withUnsafeMutableBytes { target in
          unsafe LZ4_compress_default(
            source.bindMemory(to: CChar.self).baseAddress,
            target.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), bound)
        }
      }
      guard count > 0 else { return nil }
      output.removeLast(output.count - Int(count))
      return output
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

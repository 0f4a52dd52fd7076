// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import CPanjeonSodium
  internal import PanjeonStorage
  package import WideColumn

  /// SHA-256, by libsodium, of bytes that come a part at a time.
  package struct SHA256Hasher {
    private var state = crypto_hash_sha256_state()

    package init() {
      precondition(Sodium.isReady, "libsodium cannot be used")
      unsafe crypto_hash_sha256_init(&state)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
      unsafe crypto_hash_sha256_update(&state, start, UInt64(bytes.count))
    }

    package consuming func finish() -> BlobChecksum {
      var digest = [UInt8](repeating: 0, count: Words256.byteCount)
      unsafe crypto_hash_sha256_final(&state, &digest)
      guard let checksum = BlobChecksum(digest) else {
        preconditionFailure("SHA-256 has 32 bytes")
      }
      return checksum
    }

    package static func checksum(of bytes: [UInt8]) -> BlobChecksum {
      var hasher = SHA256Hasher()
      unsafe bytes.withUnsafeBytes { unsafe hasher.update($0) }
      return hasher.finish()
    }

    /// How much is hashed before other tasks have their turn, in bytes: a few milliseconds.
    private static let stepBytes = 1 << 20

    /// The checksum of many bytes; lets other tasks of its thread go on in between.
    ///
    /// Throws `cancelled`.
    package static func checksum(of bytes: Bytes) async throws(BlobError) -> BlobChecksum {
      var hasher = SHA256Hasher()
      var start = 0
      while start < bytes.count {
        if Task.isCancelled { throw .cancelled }
        let end = min(bytes.count, start + stepBytes)
        unsafe bytes[start..<end].withUnsafeBytes { unsafe hasher.update($0) }
        start = end
        if start < bytes.count { await Task.yield() }
      }
      return hasher.finish()
    }
  }

  /// HMAC-SHA-256 (RFC 2104), by libsodium.
  package enum HMACSHA256 {
    package static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
      precondition(Sodium.isReady, "libsodium cannot be used")
      var state = crypto_auth_hmacsha256_state()
      var code = [UInt8](repeating: 0, count: Words256.byteCount)
      unsafe crypto_auth_hmacsha256_init(&state, key, key.count)
      unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
      unsafe crypto_auth_hmacsha256_final(&state, &code)
      return code
    }
  }

  private enum Sodium {
    /// Whether the library has been set up, which any number of threads may ask for any number of times.
    static let isReady = sodium_init() >= 0
  }
#endif

// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import CPanjeonSodium
  internal import PanjeonStorage
  internal import WideColumn

  /// Hashes passwords with Argon2id, by libsodium's `crypto_pwhash_str`.
  ///
  /// A thread of its own does the work, so that at most one hash's memory is in use; those who wait are queued.
  public final class SodiumPasswordHasher: PasswordHasher {
    /// How much work a hash is.
    public struct Limits: Hashable, Sendable {
      /// How often the memory is gone through.
      public var operations: UInt64
      /// How much memory is filled, in bytes.
      public var memoryBytes: Int

      /// Other limits.
      public init(operations: UInt64, memoryBytes: Int) {
        self.operations = operations
        self.memoryBytes = memoryBytes
      }

      /// For log-ins: 2 passes over 64 MiB (libsodium's `INTERACTIVE`), a tenth of a second; the default.
      public static let interactive = Limits(operations: 2, memoryBytes: 64 << 20)
      /// 3 passes over 256 MiB (libsodium's `MODERATE`).
      public static let moderate = Limits(operations: 3, memoryBytes: 256 << 20)
      /// The least there is, **for tests alone**: one pass over 8 KiB.
      public static let weakestForTests = Limits(operations: 1, memoryBytes: 8 << 10)
    }

    /// How much work a hash is.
    public let limits: Limits
    private let executor = IOExecutor(name: "passwords", threads: 1)

    /// Starts the thread.
    public init(limits: Limits = .interactive) {
      precondition(Self.isReady, "libsodium cannot be used")
      self.limits = limits
    }

    deinit { executor.shutDown() }

    private static let isReady = sodium_init() >= 0

    /// Hashes a password with a random salt.
    ///
    /// Throws `passwordHashing` when there is not enough memory.
    public func hash(_ password: String) async throws -> String {
      let limits = limits
      let hash = try await run { () -> String? in
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let bytes = password.utf8.map { CChar(bitPattern: $0) }
        let status = unsafe crypto_pwhash_str(
          &text, bytes, UInt64(bytes.count), limits.operations, limits.memoryBytes)
        guard status == 0 else { return nil }
        let end = text.firstIndex(of: 0) ?? text.endIndex
        return String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
      guard let hash else {
        throw BetweenError(.passwordHashing, "there is not enough memory to hash a password")
      }
      return hash
    }

    /// Whether a hash was made of a password.
    ///
    /// Throws `passwordHashing` when the hasher's thread has ended.
    public func verify(_ password: String, against hash: String) async throws -> Bool {
      try await run {
        guard let text = Self.terminated(hash) else { return false }
        let bytes = password.utf8.map { CChar(bitPattern: $0) }
        return unsafe crypto_pwhash_str_verify(text, bytes, UInt64(bytes.count)) == 0
      }
    }

    /// Whether a hash was made with other limits.
    public func isOutdated(_ hash: String) -> Bool {
      guard let text = Self.terminated(hash) else { return true }
      return unsafe crypto_pwhash_str_needs_rehash(text, limits.operations, limits.memoryBytes) != 0
    }

    /// The hash in as many bytes as the library reads, with a zero behind it; nil when it is too long.
    private static func terminated(_ hash: String) -> [CChar]? {
      let size = Int(crypto_pwhash_STRBYTES)
      let text = hash.utf8.map { CChar(bitPattern: $0) }
      guard text.count < size else { return nil }
      return text + [CChar](repeating: 0, count: size - text.count)
    }

    private func run<T: Sendable>(_ body: @escaping @Sendable () -> T) async throws -> T {
      do {
        return try await executor.run { () throws(StoreError) in body() }
      } catch {
        throw BetweenError(.passwordHashing, "the hasher has ended: \(error)")
      }
    }
  }
#endif

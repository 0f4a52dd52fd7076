// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import CPanjeonSodium
  internal import PanjeonStorage
  internal import Synchronization
  internal import WideColumn

  /// Hashes passwords with Argon2id, by libsodium's `crypto_pwhash_str`.
  ///
  /// Threads of its own do the work, one by default, so that no more hashes' memory is in use at once than there are threads. Those who wait are queued, as many as may be; more are refused, so that
  /// a flood of log-ins costs the others their turn, and neither memory nor time without end.
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

      /// As a hash says it, in whole kibibytes.
      var parameters: ArgonParameters {
        ArgonParameters(passes: operations, memoryBytes: memoryBytes & ~1023)
      }
    }

    /// How much work a hash is.
    public let limits: Limits
    /// How many may be hashed, verified or waiting at once.
    public let queueMax: Int
    private let executor: IOExecutor
    private let underWay = Mutex(0)

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - limits: How much work a hash is: 1 to 10 passes over 8 KiB to 1 GiB.
    ///   - threads: How many hash at once, each with its memory, 1 to 64; by default one.
    ///   - queueMax: How many may be hashed, verified or waiting at once, at least one; more are refused (`passwordHashing`). By default 64, some six seconds of one thread's work by the default
    ///     limits.
    public init(limits: Limits = .interactive, threads: Int = 1, queueMax: Int = 64) {
      precondition(Self.isReady, "libsodium cannot be used")
      precondition(limits.parameters.isBearable, "a hash is 1 to 10 passes over 8 KiB to 1 GiB")
      precondition(queueMax >= 1, "one at least may be hashed at once")
      self.limits = limits
      self.queueMax = queueMax
      executor = IOExecutor(name: "passwords", threads: threads)
    }

    deinit { executor.shutDown() }

    private static let isReady = sodium_init() >= 0

    /// Hashes a password with a random salt.
    ///
    /// Throws `passwordHashing` when there is not enough memory, or too many wait.
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
    /// False for one that says to be more than 10 passes over 1 GiB, or of another algorithm. Throws `passwordHashing` when too many wait.
    public func verify(_ password: String, against hash: String) async throws -> Bool {
      guard ArgonParameters(hash: hash) != nil else { return false }
      return try await run {
        guard let text = Self.terminated(hash) else { return false }
        let bytes = password.utf8.map { CChar(bitPattern: $0) }
        return unsafe crypto_pwhash_str_verify(text, bytes, UInt64(bytes.count)) == 0
      }
    }

    /// Whether a hash was made with fewer passes or less memory, and not more of the other; true for what is no hash.
    public func isOutdated(_ hash: String) -> Bool {
      ArgonParameters(hash: hash)?.isWeaker(than: limits.parameters) ?? true
    }

    /// The hash in as many bytes as the library reads, with a zero behind it; nil when it is too long.
    private static func terminated(_ hash: String) -> [CChar]? {
      let size = Int(crypto_pwhash_STRBYTES)
      let text = hash.utf8.map { CChar(bitPattern: $0) }
      guard text.count < size else { return nil }
      return text + [CChar](repeating: 0, count: size - text.count)
    }

    private func run<T: Sendable>(_ body: @escaping @Sendable () -> T) async throws -> T {
      let isAccepted = underWay.withLock { count in
        guard count < queueMax else { return false }
        count += 1
        return true
      }
      guard isAccepted else {
        throw BetweenError(.passwordHashing, "too many wait for a password to be hashed")
      }
      defer { underWay.withLock { $0 -= 1 } }
      do {
        return try await executor.run { () throws(StoreError) in body() }
      } catch {
        throw BetweenError(.passwordHashing, "the hasher has ended: \(error)")
      }
    }
  }
#endif

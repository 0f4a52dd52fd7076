// SPDX-License-Identifier: Apache-2.0

#if Sodium
  public import Panjeon
  internal import PanjeonStorage
  internal import Synchronization
  public import WideColumn

  /// Large values as objects of a bucket of an S3-compatible service.
  ///
  /// ```swift
  /// let credentials = S3Credentials(accessKey: "...", secretKey: "...")
  /// let blobs = try S3BlobStore(
  ///   S3Configuration(
  ///     endpoint: "https://s3.eu-central-1.amazonaws.com", region: "eu-central-1", bucket: "photos",
  ///     credentials: .fixed(credentials)))
  /// ```
  ///
  /// Requests are signed by Signature Version 4, their payloads included. HTTP and TLS are `URLSession`'s (libcurl's on Linux, which
  /// goes by `https_proxy` and the like). What may have come to grief by chance (a lost connection, silence, 5xx, 429) is tried again,
  /// after random waits that grow, until ``S3Configuration/attemptsMax`` or ``S3Configuration/deadline``; every call may be repeated
  /// without harm. The page `Blobs` of the module `Panjeon` says what such services promise.
  public final class S3BlobStore: BlobStore {
    /// How many bytes a file may have that is put at once: 5 GiB, which is what services take.
    public static let fileBytesMax: UInt64 = 5 << 30

    /// How many bytes a value that is put from memory, or a part that is read, may have at the most.
    public let bytesMax: Int

    let configuration: S3Configuration
    let endpoint: S3Endpoint
    let transport: HTTPTransport
    let random: Mutex<SplitMix64>
    private let isClosed = Atomic(false)

    /// Prepares to use a bucket; nothing is sent yet.
    ///
    /// Throws `invalidArgument`.
    public init(_ configuration: S3Configuration) throws(BlobError) {
      guard (1...20).contains(configuration.attemptsMax),
        (1...64).contains(configuration.connectionsMax), configuration.bytesMax >= 1,
        configuration.bytesPerSecondMin >= 1, configuration.deadline > .zero,
        configuration.idleTimeout > .zero, configuration.backoffBase >= .zero,
        configuration.backoffMax >= .zero
      else {
        throw BlobError(.invalidArgument, "a bound of the configuration is too small or too large")
      }
      endpoint = try S3Endpoint(configuration)
      self.configuration = configuration
      bytesMax = configuration.bytesMax
      transport = HTTPTransport(
        connectionsMax: configuration.connectionsMax, idleTimeout: configuration.idleTimeout)
      random = Mutex(SplitMix64(seed: configuration.seed))
    }

    /// Lets what has begun end, and closes the connections; calls that come later throw `closed`.
    public func close() {
      isClosed.store(true, ordering: .releasing)
      transport.close()
    }

    func checkOpen() throws(BlobError) {
      if isClosed.load(ordering: .acquiring) {
        throw BlobError(.closed, "the store has been closed")
      }
      if Task.isCancelled { throw .cancelled }
    }
  }

  extension S3BlobStore {
    /// Puts a value as an object; it is as durable as the service makes what it has acknowledged when this returns.
    ///
    /// The service is told the value's SHA-256 and refuses other bytes, if it looks (Amazon's and OpenStack's do); the object appears
    /// whole or not at all. A file of the operating system is sent as it is read; one of another file system is held in memory.
    ///
    /// - Parameters:
    ///   - source: The bytes; of a file at most ``fileBytesMax``.
    ///   - blob: The key, and what the bytes are.
    /// - Throws: `tooLarge`, `invalidArgument`, `checksumMismatch`, `unavailable`, `unauthorized`, `misconfigured`, `noSpace`, `io`, `closed`,
    ///   `cancelled`.
    public func put(_ source: BlobSource, as blob: Blob) async throws(BlobError) {
      try blob.validate()
      let body = try await body(of: source, blob)
      var request = endpoint.request("PUT", blob.key)
      request.headers["content-type"] = blob.type
      _ = try await send(request, body, payload: blob.checksum, answerBytesMax: 1 << 20, blob.key)
    }

    private func body(of source: BlobSource, _ blob: Blob) async throws(BlobError) -> S3Body {
      if case .file(let path, let fileSystem) = source, fileSystem is PosixFileSystem {
        let size = try await Self.size(of: path)
        try BlobLimits.check(size, of: blob)
        guard size <= Self.fileBytesMax else {
          throw BlobError(.tooLarge, "a file of \(size) bytes; 5 GiB are taken", key: blob.key)
        }
        return size == 0 ? .bytes(Bytes()) : .file(path, size: size)
      }
      let bytes = try await source.bytesInMemory(max: bytesMax, key: blob.key)
      try BlobLimits.check(UInt64(bytes.count), of: blob)
      return .bytes(bytes)
    }

    private static func size(of path: String) async throws(BlobError) -> UInt64 {
      do throws(StoreError) {
        return try await EmbeddedStore.blocking { () throws(StoreError) in
          let file = try PosixFileSystem().open(path, .read)
          defer { file.close() }
          return try file.size()
        }
      } catch {
        throw BlobError(error)
      }
    }

    /// All of a value, unchecked.
    ///
    /// Throws `notFound`, `tooLarge`, `unavailable`, `unauthorized`, `misconfigured`, `io`, `closed`, `cancelled`.
    public func get(_ key: BlobKey) async throws(BlobError) -> Bytes {
      let answer = try await send(endpoint.request("GET", key), answerBytesMax: bytesMax, key)
      try BlobLimits.check(UInt64(answer.body.count), bytesMax, key)
      return Bytes(answer.body)
    }

    /// A part of a value, unchecked.
    ///
    /// - Parameters:
    ///   - key: The value.
    ///   - range: Which bytes, counted from zero. An empty one costs a request, too: whether it lies within the value.
    /// - Returns: Exactly as many bytes as asked for.
    /// - Throws: As ``get(_:)``, and `invalidArgument`.
    public func get(_ key: BlobKey, _ range: Range<UInt64>) async throws(BlobError) -> Bytes {
      try BlobLimits.check(UInt64(range.count), bytesMax, key)
      guard !range.isEmpty else {
        guard let size = try await size(of: key) else {
          throw BlobError(.notFound, "there is no value under the key", key: key)
        }
        try BlobLimits.check(range, within: size, key)
        return Bytes()
      }
      var request = endpoint.request("GET", key)
      request.headers["range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
      let answer = try await send(request, answerBytesMax: bytesMax, key)
      return try Self.part(range, of: answer, key)
    }

    private static func part(
      _ range: Range<UInt64>, of answer: S3Answer, _ key: BlobKey
    ) throws(BlobError) -> Bytes {
      // Some servers send all of it instead.
      if answer.status == 200 {
        try BlobLimits.check(range, within: UInt64(answer.body.count), key)
        return Bytes(answer.body)[Int(range.lowerBound)..<Int(range.upperBound)]
      }
      guard answer.status == 206, let part = answer.contentRange,
        part.range.lowerBound == range.lowerBound, part.range.count == answer.body.count,
        part.range.upperBound < range.upperBound
      else {
        throw BlobError(.io, "the service answered with other bytes than were asked for", key: key)
      }
      guard answer.body.count == range.count else {
        let end = part.range.upperBound + 1
        throw BlobError(
          .invalidArgument, "bytes \(range) were asked for of a value of \(end)", key: key)
      }
      return Bytes(answer.body)
    }

    /// How many bytes a value has; nil when there is none under the key.
    ///
    /// Throws `unavailable`, `unauthorized`, `misconfigured`, `io`, `closed`, `cancelled`.
    public func size(of key: BlobKey) async throws(BlobError) -> UInt64? {
      do throws(BlobError) {
        let answer = try await send(endpoint.request("HEAD", key), answerBytesMax: 0, key)
        guard let size = answer.contentLength else {
          throw BlobError(.io, "the service did not say how long the value is", key: key)
        }
        return size
      } catch {
        guard error.code == .notFound else { throw error }
      }
      // The answer does not say what is not there: the value, or the bucket. That to another request does.
      do throws(BlobError) {
        var request = endpoint.request("GET", key)
        request.headers["range"] = "bytes=0-0"
        let answer = try await send(request, answerBytesMax: bytesMax, key)
        // It has just been put.
        return answer.contentRange?.size ?? UInt64(answer.body.count)
      } catch {
        guard error.code == .notFound else { throw error }
        return nil
      }
    }

    /// Removes a value, if it is there.
    ///
    /// In a bucket that keeps versions an older one stays: give such a bucket a rule that removes them. Throws `unavailable`,
    /// `unauthorized`, `misconfigured`, `io`, `closed`, `cancelled`.
    public func delete(_ key: BlobKey) async throws(BlobError) {
      do throws(BlobError) {
        _ = try await send(endpoint.request("DELETE", key), answerBytesMax: 1 << 20, key)
      } catch {
        guard error.code == .notFound else { throw error }
      }
    }
  }
#endif

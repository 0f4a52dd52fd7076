// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import Panjeon
  import PanjeonS3
  import PanjeonStorage
  import PanjeonTesting
  import Synchronization
  import Testing
  import WideColumn

  /// The operating system's time; remembers what was slept between attempts.
  final class RecordingTimeSource: TimeSource {
    private let recorded = Mutex<[Duration]>([])
    private let system = SystemTimeSource()

    /// The sleeps of less than a second: those between attempts, where deadlines are longer.
    var waits: [Duration] { recorded.withLock { $0 } }

    func wallClockMicroseconds() -> Int64 { system.wallClockMicroseconds() }
    func monotonicNanoseconds() -> UInt64 { system.monotonicNanoseconds() }
    func sleep(for duration: Duration) async throws {
      if duration < .seconds(1) { recorded.withLock { $0.append(duration) } }
      try await system.sleep(for: duration)
    }
  }

  /// A store that talks to a server that does as it is told.
  struct ScriptedStore {
    let server: ScriptedServer
    let store: S3BlobStore
    let time = RecordingTimeSource()

    init(
      _ steps: [ScriptedServer.Step], _ change: (inout S3Configuration) -> Void = { _ in }
    ) throws {
      server = try ScriptedServer(steps)
      var configuration = S3Configuration(
        endpoint: server.endpoint, region: "us-east-1", bucket: "photos",
        credentials: .fixed(S3Credentials(accessKey: "public", secretKey: "hush-hush")))
      configuration.backoffBase = .milliseconds(8)
      configuration.backoffMax = .milliseconds(20)
      configuration.bytesMax = 1 << 20
      configuration.timeSource = time
      configuration.seed = 1
      change(&configuration)
      store = try S3BlobStore(configuration)
    }

    /// The code of the error that a call throws; nil when it throws none.
    func failure<R>(
      _ body: (S3BlobStore) async throws(BlobError) -> R
    ) async -> BlobError? {
      do throws(BlobError) {
        _ = try await body(store)
        return nil
      } catch {
        return error
      }
    }

    func stop() {
      store.close()
      server.stop()
    }
  }

  @Suite("S3BlobStore: a service that misbehaves", .timeLimit(.minutes(15)))
  struct S3BlobStoreFaultTests {
    private static let blob: Blob = {
      let bytes = Array("hello".utf8)
      return Blob(
        key: BlobKey(), size: 5, type: "image/jpeg", checksum: SHA256Hasher.checksum(of: bytes))
    }()
    private static let hello = BlobSource.bytes(Array("hello".utf8))

    @Test(
      "A put is signed and says what it puts; busy answers are waited out, by random waits that grow"
    )
    func retries() async throws {
      let scene = try ScriptedStore([
        .answer(503), .xml(500, "InternalError"), .xml(429, "SlowDown"), .answer(200),
      ]) { $0.prefix = "a/b-" }
      try await scene.store.put(Self.hello, as: Self.blob)
      scene.stop()
      let requests = scene.server.requests
      #expect(requests.count == 4)
      for request in requests {
        #expect(request.method == "PUT")
        #expect(request.target == "/photos/a/b-\(Self.blob.key.text)")
        #expect(request.body == Array("hello".utf8))
        #expect(request.headers["content-type"] == "image/jpeg")
        #expect(request.headers["content-length"] == "5")
        #expect(request.headers["x-amz-content-sha256"] == Self.blob.checksum.text)
        #expect(request.headers["host"] == "127.0.0.1:\(scene.server.port)")
        let signed = "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,"
        #expect(request.headers["authorization"]?.contains(signed) == true)
        #expect(request.headers["expect"] == nil)
      }
      let waits = scene.time.waits
      #expect(waits.count == 3)
      for (wait, bound) in zip(waits, [8, 16, 20]) {
        #expect(wait >= .zero && wait < .milliseconds(bound))
      }
      #expect(Set(waits).count == 3)
    }

    @Test(
      "After so many attempts it is enough; a service may ask for longer waits, but not for any")
    func attemptsEnd() async throws {
      let scene = try ScriptedStore([.answer(503, ["Retry-After": "3600"])])
      let failure = await scene.failure { store throws(BlobError) in
        try await store.delete(Self.blob.key)
      }
      #expect(failure?.code == .unavailable)
      #expect(scene.server.requests.count == 4)
      #expect(scene.time.waits == Array(repeating: .milliseconds(20), count: 3))
      scene.stop()
    }

    @Test("Lost connections, answers cut short and no answers are tried again")
    func connections() async throws {
      let short = Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel".utf8)
      for step in [
        ScriptedServer.Step.drop, .raw(short), .raw(Array("SSH-2.0\r\n".utf8)), .raw([]),
      ] {
        let scene = try ScriptedStore([step, step, .answer(200, [:], Array("hello".utf8))])
        #expect(try await scene.store.get(Self.blob) == Bytes(utf8: "hello"))
        #expect(scene.server.requests.count == 3)
        scene.stop()
      }
      // Nobody listens.
      let scene = try ScriptedStore([.drop])
      scene.server.stop()
      let failure = await scene.failure { store throws(BlobError) in try await store.get(Self.blob)
      }
      #expect(failure?.code == .unavailable)
      scene.stop()
    }

    @Test("A service that says nothing is given up, first each attempt, then the call")
    func silence() async throws {
      let clock = ContinuousClock()
      // libcurl's timers are as fine as whole seconds.
      var scene = try ScriptedStore([.hang, .answer(200, [:], Array("hello".utf8))]) {
        $0.idleTimeout = .seconds(1)
      }
      #expect(try await scene.store.get(Self.blob) == Bytes(utf8: "hello"))
      scene.stop()
      scene = try ScriptedStore([.hang]) {
        $0.deadline = .milliseconds(1500)
        $0.bytesMax = 64
      }
      let began = clock.now
      let failure = await scene.failure { store throws(BlobError) in try await store.get(Self.blob)
      }
      #expect(failure?.code == .unavailable)
      #expect(clock.now - began < .seconds(8))
      scene.stop()
    }

    @Test("A cancelled task does not wait for an answer")
    func cancellation() async throws {
      let scene = try ScriptedStore([.hang])
      let store = scene.store
      let task = Task { try await store.get(Self.blob.key) }
      while scene.server.requests.isEmpty { await Task.yield() }
      task.cancel()
      let failure = await #expect(throws: BlobError.self) { _ = try await task.value }
      #expect(failure?.code == .cancelled)
      scene.stop()
    }

    @Test(
      "Other bytes than were put are told by the checksum, more than may be held by their number")
    func wrongBytes() async throws {
      var scene = try ScriptedStore([.answer(200, [:], Array("jello".utf8))])
      var failure = await scene.failure { store throws(BlobError) in try await store.get(Self.blob)
      }
      #expect(failure?.code == .checksumMismatch)
      #expect(scene.server.requests.count == 1)
      scene.stop()
      let endless = Array("HTTP/1.1 200 OK\r\nContent-Length: 900000000000\r\n\r\n".utf8)
      let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 1, count: 65536) + Array("\r\n".utf8)
      let chunked =
        Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        + (0..<64).flatMap { _ in chunk }
      for bytes in [endless, chunked] {
        scene = try ScriptedStore([.raw(bytes)])
        failure = await scene.failure { store throws(BlobError) in
          try await store.get(Self.blob.key)
        }
        #expect(failure?.code == .tooLarge)
        #expect(scene.server.requests.count == 1)
        scene.stop()
      }
    }

    @Test("Parts are taken for what they are, not for what was asked for")
    func parts() async throws {
      let cases: [(ScriptedServer.Step, BlobError.Code?)] = [
        (.answer(206, ["Content-Range": "bytes 1-3/5"], Array("ell".utf8)), nil),
        (.answer(200, [:], Array("hello".utf8)), nil),
        (.answer(206, ["Content-Range": "bytes 0-2/5"], Array("hel".utf8)), .io),
        (.answer(206, ["Content-Range": "bytes 1-4/5"], Array("ello".utf8)), .io),
        (.answer(206, ["Content-Range": "bytes 1-3/5"], Array("el".utf8)), .io),
        (.answer(206, ["Content-Range": "nonsense"], Array("ell".utf8)), .io),
        (.answer(206, [:], Array("ell".utf8)), .io),
        (.answer(206, ["Content-Range": "bytes 1-2/3"], Array("el".utf8)), .invalidArgument),
        (.answer(200, [:], Array("he".utf8)), .invalidArgument),
        (.xml(416, "InvalidRange"), .invalidArgument),
      ]
      for (step, code) in cases {
        let scene = try ScriptedStore([step])
        let found = Mutex<Bytes?>(nil)
        let failure = await scene.failure { store throws(BlobError) in
          let bytes = try await store.get(Self.blob.key, 1..<4)
          found.withLock { $0 = bytes }
        }
        #expect(failure?.code == code, "\(step)")
        if code == nil { #expect(found.withLock { $0 } == Bytes(utf8: "ell")) }
        #expect(scene.server.requests.first?.headers["range"] == "bytes=1-3")
        scene.stop()
      }
    }
  }

  @Suite("S3BlobStore: what a service says", .timeLimit(.minutes(15)))
  struct S3BlobStoreAnswerTests {
    private static let key = BlobKey()

    @Test(
      "Errors have their codes; those that will not pass are not tried again; keys are not repeated"
    )
    func codes() async throws {
      let cases: [(ScriptedServer.Step, BlobError.Code, attempts: Int)] = [
        (.xml(404, "NoSuchKey"), .notFound, 1), (.xml(404, "NoSuchBucket"), .misconfigured, 1),
        (.xml(403, "AccessDenied"), .unauthorized, 1),
        (.xml(403, "SignatureDoesNotMatch", "of \(Self.key.text)"), .unauthorized, 1),
        (.xml(403, "RequestTimeTooSkewed"), .unauthorized, 1),
        (.xml(400, "ExpiredToken"), .unauthorized, 4),
        (.xml(400, "XAmzContentSHA256Mismatch"), .checksumMismatch, 1),
        (.xml(400, "EntityTooLarge"), .tooLarge, 1), (.xml(400, "RequestTimeout"), .unavailable, 4),
        (.xml(409, "OperationAborted"), .unavailable, 4), (.xml(507, "NoSpace"), .noSpace, 1),
        (.answer(301, ["Location": "http://127.0.0.1:1/"]), .misconfigured, 1),
        (.answer(403), .unauthorized, 1), (.answer(418, [:], Array("<teapot".utf8)), .io, 1),
        (.answer(502, [:], Array("<html><body>gone".utf8)), .unavailable, 4),
        (.xml(400, "Odd", "a\u{7}b\r\n"), .io, 1),
      ]
      for (step, code, attempts) in cases {
        let scene = try ScriptedStore([step])
        let failure = await scene.failure { store throws(BlobError) in
          try await store.get(Self.key)
        }
        #expect(failure?.code == code, "\(step)")
        #expect(scene.server.requests.count == attempts, "\(step)")
        #expect(failure.map { "\($0)".contains(Self.key.text) } == false)
        #expect(failure.map { "\($0)".contains("hush") || "\($0)".contains("\r") } == false)
        scene.stop()
      }
    }

    @Test("No size is only where the value is missing, not the bucket")
    func sizes() async throws {
      var scene = try ScriptedStore([.answer(200, ["Content-Length": "123456789012"])])
      #expect(try await scene.store.size(of: Self.key) == 123_456_789_012)
      scene.stop()
      scene = try ScriptedStore([.answer(404), .xml(404, "NoSuchKey")])
      #expect(try await scene.store.size(of: Self.key) == nil)
      scene.stop()
      scene = try ScriptedStore([.answer(404), .xml(404, "NoSuchBucket")])
      let failure = await scene.failure { store throws(BlobError) in
        try await store.contains(Self.key)
      }
      #expect(failure?.code == .misconfigured)
      scene.stop()
      scene = try ScriptedStore([
        .answer(404), .answer(206, ["Content-Range": "bytes 0-0/77"], [1]),
      ])
      #expect(try await scene.store.size(of: Self.key) == 77)
      scene.stop()
    }

    @Test("Deleting what is gone is done; in a bucket that is gone it is not")
    func deletions() async throws {
      for step in [ScriptedServer.Step.answer(204), .answer(200), .xml(404, "NoSuchKey")] {
        let scene = try ScriptedStore([step])
        try await scene.store.delete(Self.key)
        scene.stop()
      }
      let scene = try ScriptedStore([.xml(404, "NoSuchBucket")])
      let failure = await scene.failure { store throws(BlobError) in
        try await store.delete(Self.key)
      }
      #expect(failure?.code == .misconfigured)
      scene.stop()
    }

    @Test("Credentials are asked for each time, their token is sent and signed")
    func credentials() async throws {
      let asked = Mutex(0)
      let scene = try ScriptedStore([.xml(400, "ExpiredToken"), .answer(204)]) {
        $0.credentials = S3CredentialsSource {
          let number = asked.withLock { count in
            count += 1
            return count
          }
          return S3Credentials(accessKey: "a", secretKey: "b", sessionToken: "token-\(number)")
        }
      }
      try await scene.store.delete(Self.key)
      let tokens = scene.server.requests.map { $0.headers["x-amz-security-token"] }
      #expect(tokens == ["token-1", "token-2"])
      let authorization = scene.server.requests[0].headers["authorization"]
      #expect(authorization?.contains("x-amz-date;x-amz-security-token,") == true)
      scene.stop()
      let none = try ScriptedStore([.answer(204)]) {
        $0.credentials = S3CredentialsSource { throw CancellationError() }
      }
      let failure = await none.failure { store throws(BlobError) in try await store.delete(Self.key)
      }
      #expect(failure?.code == .unauthorized)
      #expect(none.server.requests.isEmpty)
      none.stop()
    }

    private static func listing(_ names: [String], isTruncated: Bool) -> ScriptedServer.Step {
      let contents = names.map { "<Contents><Key>\($0)</Key></Contents>" }.joined()
      let text =
        "<ListBucketResult>\(contents)<IsTruncated>\(isTruncated)</IsTruncated></ListBucketResult>"
      return .answer(200, [:], Array(text.utf8))
    }

    @Test("Pages pass over other objects, and end also where a service goes round")
    func pages() async throws {
      let keys = (0..<4).map { _ in BlobKey() }.sorted()
      let names = keys.map { "p/\($0.text)" }
      var scene = try ScriptedStore([
        Self.listing(["\(names[0]).a", "\(names[0]).b"], isTruncated: true),
        Self.listing([names[1], "p/zzz", "p/\(keys[2].text).jpg", names[2]], isTruncated: true),
        Self.listing([names[3]], isTruncated: false),
      ]) { $0.prefix = "p/" }
      let first = try await scene.store.keys(after: keys[0], countMax: 5)
      #expect(first == BlobPage(keys: [keys[1], keys[2]], next: keys[2]))
      let second = try await scene.store.keys(after: first.next, countMax: 5)
      #expect(second == BlobPage(keys: [keys[3]], next: nil))
      let targets = scene.server.requests.map(\.target)
      #expect(
        targets[0]
          == "/photos?encoding-type=url&list-type=2&max-keys=5&prefix=p%2F&start-after=p%2F\(keys[0].text)"
      )
      #expect(targets[1].hasSuffix("start-after=p%2F\(keys[0].text).b"))
      #expect(targets[2].hasSuffix("start-after=p%2F\(keys[2].text)"))
      scene.stop()
      // One that does not know `start-after`.
      scene = try ScriptedStore([Self.listing([names[0]], isTruncated: true)]) { $0.prefix = "p/" }
      let failure = await scene.failure { store throws(BlobError) in
        try await store.keys(after: keys[0], countMax: 5)
      }
      #expect(failure?.code == .io)
      scene.stop()
      scene = try ScriptedStore([.answer(200, [:], Array("<html/>".utf8))])
      let other = await scene.failure { store throws(BlobError) in
        try await store.keys(after: nil, countMax: 5)
      }
      #expect(other?.code == .io)
      scene.stop()
    }

    @Test("A bucket's name goes into the host, where it is wanted there")
    func virtualHost() async throws {
      let scene = try ScriptedStore([.answer(204)]) { configuration in
        configuration.endpoint = configuration.endpoint.replacing("127.0.0.1", with: "localhost")
        configuration.addressing = .virtualHost
      }
      try await scene.store.delete(Self.key)
      let request = scene.server.requests[0]
      #expect(request.headers["host"] == "photos.localhost:\(scene.server.port)")
      #expect(request.target == "/\(Self.key.text)")
      scene.stop()
    }

    @Test("A closed store is closed, a configuration without sense is refused")
    func configurations() async throws {
      let scene = try ScriptedStore([.answer(204)])
      scene.stop()
      let failure = await scene.failure { store throws(BlobError) in
        try await store.delete(Self.key)
      }
      #expect(failure?.code == .closed)
      let credentials = S3CredentialsSource.fixed(S3Credentials(accessKey: "a", secretKey: "b"))
      let good = S3Configuration(
        endpoint: "https://s3.eu-central-1.amazonaws.com", region: "eu-central-1", bucket: "photos",
        credentials: credentials)
      _ = try S3BlobStore(good)
      let changes: [(inout S3Configuration) -> Void] = [
        { $0.endpoint = "s3.amazonaws.com" }, { $0.endpoint = "ftp://s3.amazonaws.com" },
        { $0.endpoint = "https://s3.amazonaws.com/path" }, { $0.endpoint = "https://" },
        { $0.endpoint = "https://user:password@s3.amazonaws.com" },
        { $0.endpoint = "http://s3.amazonaws.com" }, { $0.endpoint = "https://a?b" },
        { $0.bucket = "" }, { $0.bucket = "a/b" }, { $0.region = "eu central" },
        { $0.prefix = "/a" }, { $0.prefix = "a/../b/" }, { $0.prefix = "a b" },
        { $0.attemptsMax = 0 }, { $0.connectionsMax = 65 }, { $0.bytesMax = 0 },
        { $0.deadline = .zero }, { $0.idleTimeout = .seconds(-1) },
      ]
      for change in changes {
        var configuration = good
        change(&configuration)
        let failure = #expect(throws: BlobError.self) { _ = try S3BlobStore(configuration) }
        #expect(failure?.code == .invalidArgument)
      }
      var plain = good
      plain.endpoint = "http://storage.internal:9000"
      plain.allowsUnencryptedTransport = true
      _ = try S3BlobStore(plain)
    }
  }
#endif

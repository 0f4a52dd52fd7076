// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import Foundation
  import Panjeon
  import PanjeonS3
  import PanjeonStorage
  import PanjeonTesting
  import Testing
  import WideColumn

  /// A real service, from the environment.
  enum S3Service {
    static var isThere: Bool { text("ENDPOINT") != nil }

    private static func text(_ name: String) -> String? {
      ProcessInfo.processInfo.environment["PANJEON_S3_\(name)"]
    }

    static func configuration(
      prefix: String = "", secretSuffix: String = ""
    ) -> S3Configuration {
      var configuration = S3Configuration(
        endpoint: text("ENDPOINT") ?? "", region: text("REGION") ?? "us-east-1",
        bucket: text("BUCKET") ?? "",
        credentials: .fixed(
          S3Credentials(
            accessKey: text("ACCESS_KEY") ?? "",
            secretKey: (text("SECRET_KEY") ?? "") + secretSuffix)))
      configuration.prefix = prefix
      configuration.bytesMax = 2 << 20
      return configuration
    }
  }

  @Suite(
    "S3BlobStore: a real service",
    .enabled(
      if: S3Service.isThere, "PANJEON_S3_ENDPOINT names no service: .ci/check-blobs starts one"),
    .timeLimit(.minutes(15)))
  struct S3ServiceTests {
    @Test("It keeps the contract", arguments: BlobStoreContract.Claim.allCases)
    func contract(_ claim: BlobStoreContract.Claim) async throws {
      let store = try S3BlobStore(S3Service.configuration(prefix: "contract/\(claim.rawValue)/"))
      try await BlobStoreContract(store, seed: TestSeed.value).verify(claim)
      store.close()
    }

    @Test("It keeps the contract with the bucket in the host's name, and without a prefix")
    func virtualHost() async throws {
      var configuration = S3Service.configuration()
      configuration.endpoint = configuration.endpoint.replacing("127.0.0.1", with: "localhost")
      configuration.addressing = .virtualHost
      let store = try S3BlobStore(configuration)
      for claim in [BlobStoreContract.Claim.roundTrips, .ranges, .missing, .pages] {
        try await BlobStoreContract(store, seed: TestSeed.value).verify(claim)
      }
      store.close()
    }

    @Test("A file larger than is held in memory is sent as it is read, and comes back by parts")
    func largeFiles() async throws {
      let store = try S3BlobStore(S3Service.configuration(prefix: "files/"))
      let path = try ScratchDirectory().path
      defer { try? FileManager.default.removeItem(atPath: path) }
      var bytes = Data(count: (24 << 20) + 333)
      for index in stride(from: 0, to: bytes.count, by: 4099) { bytes[index] = UInt8(index & 255) }
      try bytes.write(to: URL(fileURLWithPath: path + "/in"))
      let blob = try await store.put(.file(path + "/in"), type: "video/mp4")
      #expect(try await store.size(of: blob.key) == UInt64(bytes.count))
      try await store.get(blob, toFile: path + "/out")
      #expect(FileManager.default.contents(atPath: path + "/out") == bytes)
      // One that has changed since it was described.
      let source = BlobSource.file(path + "/in")
      let other = try await Blob(describing: source, type: "video/mp4")
      bytes[7] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path + "/in"))
      await expect(.checksumMismatch) { () throws(BlobError) in
        try await store.put(source, as: other)
      }
      #expect(try await !store.contains(other.key))
      try await store.delete(blob.key)
      store.close()
    }

    @Test("The service refuses other bytes than were signed for, and shows nothing of them")
    func payload() async throws {
      let store = try S3BlobStore(S3Service.configuration())
      let blob = Blob(
        key: BlobKey(), size: 5, type: "text/plain", checksum: SHA256Hasher.checksum(of: [1]))
      await expect(.checksumMismatch) { () throws(BlobError) in
        try await store.put(.bytes(Array("hello".utf8)), as: blob)
      }
      #expect(try await !store.contains(blob.key))
      store.close()
    }

    @Test(
      "The wrong secret, a wrong clock, no bucket: each has its code, also where no answer has a body"
    )
    func refusals() async throws {
      let key = BlobKey()
      let good = S3Service.configuration()
      let wrong = S3Service.configuration(secretSuffix: "!")
      var late = good
      // 2023.
      late.timeSource = LateClock()
      var elsewhere = good
      elsewhere.bucket = "no-such-bucket"
      for (configuration, code) in [
        (wrong, BlobError.Code.unauthorized), (late, .unauthorized), (elsewhere, .misconfigured),
      ] {
        let store = try S3BlobStore(configuration)
        await expect(code) { () throws(BlobError) in _ = try await store.get(key) }
        await expect(code) { () throws(BlobError) in _ = try await store.size(of: key) }
        await expect(code) { () throws(BlobError) in
          _ = try await store.put(.bytes([1]), type: "text/plain")
        }
        await expect(code) { () throws(BlobError) in
          _ = try await store.keys(after: nil, countMax: 3)
        }
        store.close()
      }
    }

    @Test("Forty tasks put and get through eight connections")
    func manyTasks() async throws {
      let store = try S3BlobStore(S3Service.configuration(prefix: "many/"))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<40 {
          group.addTask {
            let bytes = [UInt8](repeating: UInt8(number), count: 10_000 + number)
            let blob = try await store.put(.bytes(bytes), type: "image/jpeg")
            #expect(try await store.get(blob) == Bytes(bytes))
            try await store.delete(blob.key)
          }
        }
        try await group.waitForAll()
      }
      store.close()
    }

    private func expect(
      _ code: BlobError.Code, _ body: () async throws(BlobError) -> Void
    ) async {
      do throws(BlobError) {
        try await body()
        Issue.record("did not fail with \(code)")
      } catch {
        #expect(error.code == code, "\(error)")
      }
    }
  }

  /// A wall clock that is years late; the rest is the system's.
  private struct LateClock: TimeSource {
    private let system = SystemTimeSource()
    func wallClockMicroseconds() -> Int64 { 1_700_000_000_000_000 }
    func monotonicNanoseconds() -> UInt64 { system.monotonicNanoseconds() }
    func sleep(for duration: Duration) async throws { try await system.sleep(for: duration) }
  }
#endif

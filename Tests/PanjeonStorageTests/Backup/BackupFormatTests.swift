// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("BackupFormat")
struct BackupFormatTests {
  private func example() -> BackupDescription {
    var edit = VersionEdit()
    edit.incarnation = StoreIncarnation(
      store: StoreIdentity(high: 1, low: 2), number: 1, nonce: 3)
    return BackupDescription(number: 7, createdAt: 1, label: "a", edit: edit, files: [])
  }

  private func decode(_ bytes: [UInt8]) -> Result<BackupDescription, StoreError> {
    Result { () throws(StoreError) in
      try BackupDescription.decode(bytes, path: "/backups/BACKUP-000007")
    }
  }

  @Test("A description has the bytes its page shows")
  func bytes() throws {
    let bytes = example().encode()
    let hex = bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: " ")
    #expect(
      hex == """
        50 61 6e 6a 65 6f 6e 42 01 00 00 00 34 00 00 00 00 00 00 00 \
        01 08 07 00 00 00 00 00 00 00 02 08 01 00 00 00 00 00 00 00 03 01 61 \
        04 1b 42 19 01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 01 03 00 00 00 00 00 00 00 \
        2c 35 8f be
        """)
    #expect(try decode(bytes).get() == example())
  }

  @Test("Whatever byte of a description is wrong, or missing, it is refused with its file")
  func everyByte() async throws {
    let scene = try await BackupScene(seed: 71)
    let disk = InMemoryFileSystem()
    _ = try await scene.store.backUp(to: BackupDirectory("/backups", fileSystem: disk))
    try await scene.store.close()
    let bytes = try #require(disk.contents(of: "/backups/BACKUP-000001"))
    _ = try decode(bytes).get()
    for place in bytes.indices {
      for bit in [0, 3, 7] {
        var wrong = bytes
        wrong[place] ^= 1 << UInt8(bit)
        expectRefusal(wrong)
      }
      expectRefusal(Array(bytes.prefix(place)))
      expectRefusal(bytes + bytes.prefix(place + 1))
    }
  }

  private func expectRefusal(_ bytes: [UInt8]) {
    guard case .failure(let error) = decode(bytes) else {
      Issue.record("a wrong description was taken")
      return
    }
    #expect(error.code == .corruption)
    #expect(error.file == "/backups/BACKUP-000007" && error.offset != nil)
  }

  @Test("A description whose checksum is right but that makes no sense is refused, not trapped on")
  func nonsense() {
    var random = SplitMix64(seed: 72)
    let body = Array(example().encode().dropFirst(20).dropLast(4))
    var refused = 0
    for _ in 0..<20_000 {
      var wrong = body
      for _ in 0..<(1 + random.below(4)) {
        switch random.below(3) {
        case 0: wrong[random.below(wrong.count)] = UInt8(random.below(256))
        case 1: wrong.insert(UInt8(random.below(256)), at: random.below(wrong.count))
        default: wrong.removeLast(min(wrong.count - 1, random.below(8)))
        }
      }
      if case .failure(let error) = decode(framed(wrong)) {
        refused += 1
        #expect(error.code == .corruption || error.code == .unsupportedFormat)
      }
    }
    #expect(refused > 10_000)
  }

  @Test("A newer version's description is refused as such")
  func newer() {
    let body = Array(example().encode().dropFirst(20).dropLast(4))
    let cases: [([UInt8], UInt32, Bool)] = [
      (body, 2, false), (body + [63, 1, 0], 1, false), (body + [64, 1, 0], 1, true),
    ]
    for (body, version, isTaken) in cases {
      switch decode(framed(body, version: version)) {
      case .success: #expect(isTaken)
      case .failure(let error): #expect(!isTaken && error.code == .unsupportedFormat)
      }
    }
  }

  private func framed(_ body: [UInt8], version: UInt32 = 1) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendFixed64LE(BackupDescription.magic)
    bytes.appendFixed32LE(version)
    bytes.appendFixed64LE(UInt64(body.count))
    bytes += body
    bytes.appendFixed32LE(bytes.withUnsafeBytes { Checksum.crc32c($0) })
    return bytes
  }
}

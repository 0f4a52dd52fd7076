// SPDX-License-Identifier: Apache-2.0

import Foundation
import Panjeon
import PanjeonTesting
import Testing
import WideColumn

@Suite("Blob, BlobKey, BlobChecksum")
struct BlobValuesTests {
  @Test("A key's text names it, in the order of keys; no other text does")
  func keyText() throws {
    var random = SplitMix64(seed: 1)
    var keys: [BlobKey] = []
    for _ in 0..<200 {
      let key = BlobKey(using: &random)
      #expect(key.text.utf8.count == 64)
      #expect(key.text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) })
      #expect(BlobKey(key.text) == key)
      #expect(BlobKey(key.text[...]) == key)
      keys.append(key)
    }
    #expect(keys.sorted().map(\.text) == keys.map(\.text).sorted())
    #expect(Set(keys).count == 200)
    let text = keys[0].text
    for wrong in [
      "", String(text.dropLast()), text + "0", text.uppercased(), "g" + text.dropFirst(),
      "é" + text.dropFirst(2), String(repeating: "/", count: 64),
    ] {
      #expect(BlobKey(wrong) == nil, "\(wrong)")
    }
  }

  @Test(
    "Keys are drawn from the generator given, all 256 bits of them, and else from one that never repeats"
  )
  func keyRandomness() {
    var one = SplitMix64(seed: 7)
    var same = SplitMix64(seed: 7)
    #expect(BlobKey(using: &one) == BlobKey(using: &same))
    #expect(BlobKey(using: &one) != BlobKey())
    let keys = (0..<1000).map { _ in BlobKey() }
    #expect(Set(keys).count == 1000)
    // Each of the 64 digits takes each of 16 values: 1,000 draws miss one with a probability below 1e-25.
    for place in 0..<64 {
      #expect(Set(keys.map { Array($0.text)[place] }).count == 16)
    }
  }

  @Test("A key's description does not give it away")
  func keyDescription() {
    let key = BlobKey()
    let error = BlobError(.notFound, "there is no value under the key", key: key)
    for text in ["\(key)", "\(error)"] {
      #expect(text.contains(key.text.prefix(8)))
      #expect(!text.contains(key.text.prefix(9)))
    }
  }

  @Test("A blob's fields keep their names and numbers; what is no key and no checksum is refused")
  func coding() throws {
    let key = try #require(BlobKey(String(repeating: "0123456789abcdef", count: 4)))
    let checksum = try #require(BlobChecksum(String(repeating: "fedcba9876543210", count: 4)))
    let blob = Blob(key: key, size: 123_456, type: "image/jpeg", checksum: checksum)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(blob), as: UTF8.self)
    #expect(
      text
        == #"{"checksum":"\#(checksum.text)","key":"\#(key.text)","size":123456,"type":"image/jpeg"}"#
    )
    #expect(try JSONDecoder().decode(Blob.self, from: Data(text.utf8)) == blob)
    let numbers = [Blob.CodingKeys.key, .size, .type, .checksum].map(\.intValue)
    #expect(numbers == [1, 2, 3, 4])
    for number in 1...4 {
      let field = try #require(Blob.CodingKeys(intValue: number))
      #expect(Blob.CodingKeys(stringValue: field.stringValue) == field)
    }
    for wrong in [
      text.replacing(key.text, with: "../../etc/passwd"),
      text.replacing(checksum.text, with: ""),
      text.replacing("123456", with: "-1"),
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Blob.self, from: Data(wrong.utf8))
      }
    }
  }

  #if Sodium
    @Test("Checksums are SHA-256, and HMACs RFC 4231's")
    func checksums() async throws {
      // FIPS 180-2, appendix B, and the empty message.
      let abc = try await Blob(describing: .bytes(Array("abc".utf8)), type: "text/plain")
      #expect(
        abc.checksum.text == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      #expect(abc.size == 3)
      let empty = try await Blob(describing: .bytes(Bytes()), type: "text/plain")
      #expect(
        empty.checksum.text == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
      let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
      #expect(
        SHA256Hasher.checksum(of: million).text
          == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
      let long = try await Blob(describing: .bytes(million + million), type: "text/plain")
      #expect(long.checksum == SHA256Hasher.checksum(of: million + million))
      // RFC 4231, test case 2.
      let code = HMACSHA256.authenticate(
        Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
      #expect(
        BlobChecksum(code)?.text
          == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }
  #endif
}

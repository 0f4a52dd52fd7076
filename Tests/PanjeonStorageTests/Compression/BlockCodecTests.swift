// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Compression", .serialized)
struct BlockCodecTests {
  private func decompress(
    _ bytes: [UInt8], _ codec: LocalityGroup.Compression, count: Int
  ) throws(StoreError) -> [UInt8] {
    var target = [UInt8](repeating: 0xEE, count: count)
    try target.withMutableRawBytes { (target) throws(StoreError) in
      try bytes.withRawBytes { (bytes) throws(StoreError) in
        try BlockCodec.decompress(bytes, codec, into: target, file: "f", offset: 9)
      }
    }
    return target
  }

  @Test("What is compressed comes back", arguments: [LocalityGroup.Compression.snappy, .lz4])
  func roundTrip(_ codec: LocalityGroup.Compression) throws {
    var random = SplitMix64(seed: TestSeed.value)
    for _ in 0..<200 {
      let word = (0..<(1 + random.below(50))).map { _ in UInt8(random.below(256)) }
      let bytes = Array((0..<(8 + random.below(400))).map { _ in word }.joined())
      guard let compressed = try BlockCodec.compress(bytes, codec) else { continue }
      #expect(compressed.count * 8 <= bytes.count * 7 + 8)
      #expect(try decompress(compressed, codec, count: bytes.count) == bytes)
      for wrong in [bytes.count - 1, bytes.count + 1] {
        #expect(throws: StoreError.self) { try decompress(compressed, codec, count: wrong) }
      }
    }
  }

  @Test(
    "Garbage is corruption, naming file and offset, and never a trap",
    arguments: [LocalityGroup.Compression.none, .snappy, .lz4])
  func garbage(_ codec: LocalityGroup.Compression) throws {
    var random = SplitMix64(seed: TestSeed.value)
    let bytes = [UInt8]((0..<3000).map { UInt8(truncatingIfNeeded: $0 / 9) })
    let good = try BlockCodec.compress(bytes, codec) ?? bytes
    for _ in 0..<(2000 * TestSeed.effort) {
      var bad = good
      switch random.below(3) {
      case 0: bad = (0..<random.below(100)).map { _ in UInt8(random.below(256)) }
      case 1: bad.removeLast(1 + random.below(bad.count))
      default: bad[random.below(bad.count)] ^= UInt8(1 + random.below(255))
      }
      do throws(StoreError) {
        // A changed byte may still decompress, to something else: the checksum is what finds that.
        #expect(try decompress(bad, codec, count: bytes.count).count == bytes.count)
      } catch {
        #expect(error.code == .corruption)
        #expect(error.file == "f")
        #expect(error.offset == 9)
      }
    }
  }

  @Test("Random bytes are left as they are")
  func incompressible() throws {
    var random = SplitMix64(seed: TestSeed.value)
    let bytes = (0..<16_384).map { _ in UInt8(random.below(256)) }
    #expect(try BlockCodec.compress(bytes, .snappy) == nil)
    #expect(try BlockCodec.compress(bytes, .lz4) == nil)
    #expect(try BlockCodec.compress([UInt8](repeating: 0, count: 100), .none) == nil)
  }
}

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

  private func compress(
    _ bytes: [UInt8], _ codec: LocalityGroup.Compression
  ) throws(StoreError) -> [UInt8]? {
    // Behind something else, which stays.
    var buffer = GrowingBuffer()
    buffer.append(0xAB)
    let isCompressed = try bytes.withRawBytes { (bytes) throws(StoreError) in
      try BlockCodec.compress(bytes, codec, to: &buffer)
    }
    #expect(buffer.bytes[0] == 0xAB)
    #expect(isCompressed || buffer.count == 1)
    return isCompressed ? Array(buffer.bytes[1...]) : nil
  }

  @Test("What is compressed comes back", arguments: [LocalityGroup.Compression.snappy, .lz4])
  func roundTrip(_ codec: LocalityGroup.Compression) throws {
    var random = SplitMix64(seed: TestSeed.value)
    for _ in 0..<200 {
      let word = (0..<(1 + random.below(50))).map { _ in UInt8(random.below(256)) }
      let bytes = Array((0..<(8 + random.below(400))).map { _ in word }.joined())
      guard let compressed = try compress(bytes, codec) else { continue }
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
    let good = try compress(bytes, codec) ?? bytes
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

  @Test("Blocks that do not become smaller are tried seldom, until one does")
  func attempts() {
    var attempts = CompressionAttempts()
    var tried: [Int] = []
    // Nothing to gain in the first hundred, everything afterwards.
    for block in 0..<130 where attempts.isNextTried() {
      tried.append(block)
      attempts.note(block >= 100)
    }
    let seldom = [Int](stride(from: 15, to: 100, by: 8))
    #expect(tried == [Int](0..<8) + seldom + [Int](103..<130))

    // One in eight that can be compressed among those that cannot: as if nothing were skipped.
    attempts = CompressionAttempts()
    for block in 1...900 {
      let isTried = attempts.isNextTried()
      #expect(isTried)
      attempts.note(block % 8 == 0)
    }
  }

  @Test("Random bytes are left as they are")
  func incompressible() throws {
    var random = SplitMix64(seed: TestSeed.value)
    let bytes = (0..<16_384).map { _ in UInt8(random.below(256)) }
    #expect(try compress(bytes, .snappy) == nil)
    #expect(try compress(bytes, .lz4) == nil)
    #expect(try compress([UInt8](repeating: 0, count: 100), .none) == nil)
  }
}

// SPDX-License-Identifier: Apache-2.0

import CPanjeonChecksum
import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Coding")
struct CodingTests {
  @Test("Numbers come back, at their bounds too")
  func numbers() throws {
    var random = SplitMix64(seed: TestSeed.value)
    var numbers: [UInt64] = [0, 1, 127, 128, 16_383, 16_384, 1 << 62, 1 << 63, .max]
    for _ in 0..<500 { numbers.append(random.next() >> UInt64(random.below(64))) }
    var bytes: [UInt8] = []
    for number in numbers {
      bytes.appendVarint(number)
      bytes.appendFixed64LE(number)
      bytes.appendFixed32LE(UInt32(truncatingIfNeeded: number))
      Array("text".utf8).withUnsafeBytes { bytes.appendLengthPrefixed($0) }
    }
    try bytes.withRawBytes { (buffer) throws(MalformedBytes) in
      var reader = ByteReader(buffer)
      for number in numbers {
        let varint = try reader.readVarint()
        #expect(varint == number)
        let long = try reader.readFixed64LE()
        #expect(long == number)
        let short = try reader.readFixed32LE()
        #expect(short == UInt32(truncatingIfNeeded: number))
        let text = Array(try reader.readLengthPrefixed())
        #expect(text == Array("text".utf8))
      }
      #expect(reader.isAtEnd)
    }
  }

  @Test("Bytes that end too early, and numbers too long, are malformed")
  func malformed() {
    func fails(_ bytes: [UInt8], _ read: (inout ByteReader) throws(MalformedBytes) -> Void) -> Bool
    {
      bytes.withUnsafeBytes { buffer in
        var reader = ByteReader(buffer)
        do throws(MalformedBytes) {
          try read(&reader)
          return false
        } catch {
          return true
        }
      }
    }
    let varint = { (reader: inout ByteReader) throws(MalformedBytes) in
      _ = try reader.readVarint()
    }
    #expect(fails([], varint))
    #expect(fails([0x80], varint))
    #expect(fails([UInt8](repeating: 0xFF, count: 11), varint))
    // The tenth byte has room for one bit only.
    #expect(fails([UInt8](repeating: 0x80, count: 9) + [2], varint))
    #expect(!fails([UInt8](repeating: 0x80, count: 9) + [1], varint))
    #expect(fails([1, 2, 3]) { reader throws(MalformedBytes) in _ = try reader.readFixed32LE() })
    #expect(
      fails([1, 2, 3, 4, 5, 6, 7]) { reader throws(MalformedBytes) in
        _ = try reader.readFixed64LE()
      })
    let sized = { (reader: inout ByteReader) throws(MalformedBytes) in
      _ = try reader.readLengthPrefixed()
    }
    #expect(fails([3, 1, 2], sized))
    #expect(fails([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], sized))
    #expect(fails([9]) { reader throws(MalformedBytes) in _ = try reader.readCount(max: 8) })
    #expect(fails([1]) { reader throws(MalformedBytes) in _ = try reader.readBytes(-1) })
  }

  @Test("A key that was changed anywhere but in its numbers is not taken for well-formed")
  func wellFormed() {
    var random = SplitMix64(seed: TestSeed.value)
    for _ in 0..<2000 {
      let qualifier = (0..<random.below(6)).map { _ in UInt8(random.below(2) * 0x61) }
      var key: [UInt8] = []
      qualifier.withUnsafeBytes {
        CellKey.append(
          family: 1, qualifier: $0, timestamp: 5, sequence: 9, kind: .put, to: &key)
      }
      var back: [UInt8] = []
      key.withUnsafeBytes { CellKey.appendQualifier(of: $0, to: &back) }
      #expect(back == qualifier)
      #expect(key.withUnsafeBytes { CellKey.isWellFormed($0) })
      // Whatever is taken for well-formed must be read without a step beyond it, and encode to itself.
      let place = random.below(key.count)
      key[place] = UInt8(random.below(256))
      guard key.withUnsafeBytes({ CellKey.isWellFormed($0) }), key[1] == CellKey.columnPart else {
        continue
      }
      var changed: [UInt8] = []
      key.withUnsafeBytes { CellKey.appendQualifier(of: $0, to: &changed) }
      var again: [UInt8] = []
      changed.withUnsafeBytes { qualifier in
        key.withUnsafeBytes { key in
          CellKey.append(
            family: CellKey.family(key), qualifier: qualifier, timestamp: CellKey.timestamp(key),
            sequence: CellKey.sequence(key), kind: CellKind(rawValue: CellKey.kind(key)) ?? .put,
            to: &again)
        }
      }
      #expect(again == key)
    }
  }

  @Test("The checksum is the same by instruction, by table, and in pieces")
  func checksum() {
    var random = SplitMix64(seed: TestSeed.value)
    for length in Array(0..<70) + [255, 256, 767, 768, 1000, 4096, 4099, 6143, 6144, 7000, 40_000] {
      let bytes = (0..<(length + 8)).map { _ in UInt8(random.below(256)) }
      // Unaligned beginnings too.
      for start in [0, 1, 7] {
        bytes.withUnsafeBytes { whole in
          let part = UnsafeRawBufferPointer(rebasing: whole[start..<(start + length)])
          let expected = panjeon_crc32c_portable(0, part.baseAddress, part.count)
          #expect(Checksum.crc32c(part) == expected)
          let middle = random.below(length + 1)
          let first = Checksum.crc32c(UnsafeRawBufferPointer(rebasing: part[0..<middle]))
          let rest = UnsafeRawBufferPointer(rebasing: part[middle...])
          #expect(Checksum.crc32c(rest, extending: first) == expected)
        }
      }
    }
  }
}

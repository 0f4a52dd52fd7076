// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Format of a volume's record")
struct VolumeRecordFormatTests {
  /// Put together by hand from the article *Replication*, in another language.
  private static let bytes = hexadecimal(
    "504a564c01000000f400000036c9a004887766554433221100ffeeddccbbaa991032547698badcfeefcdab8967452301"
      + "ac02ab020706626f6f742d3102010000000000000002000000000000001032547698badcfeefcdab8967452301030100"
      + "00000000000002000000000000000161072f666173742f610131017a00ffffffffffffffffff01000300000000000000"
      + "04000000000000000162072f666173742f620132017a00808080808020011032547698badcfeefcdab89674523010164"
      + "072f736c6f772f640133017901e8070032616c6c286163726f737328322c207261636b2c206f6e6528657068656d6572"
      + "616c29292c206f6e652864757261626c65292901"
  )

  private static let first = VolumeIdentity(high: 1, low: 2)
  private static let second = VolumeIdentity(high: 3, low: 4)
  private static let third = VolumeIdentity(
    high: 0xFEDC_BA98_7654_3210, low: 0x0123_4567_89AB_CDEF)

  private static func volume(
    _ name: String, _ path: String, _ rack: String, _ zone: String,
    _ storageClass: Volume.StorageClass, _ capacity: UInt64
  ) -> Volume {
    Volume(
      name, at: path, rack: rack, zone: zone, storageClass: storageClass, capacityBytes: capacity)
  }

  private static func hexadecimal(_ text: String) -> [UInt8] {
    let digits = text.map { UInt8($0.hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  @Test("A record that was written once is read, and would be written so today")
  func golden() throws {
    let record = try VolumeRecord.decode(Self.bytes, file: "VOLUME")
    #expect(
      record.store == VolumeIdentity(high: 0x1122_3344_5566_7788, low: 0x99AA_BBCC_DDEE_FF00))
    #expect(record.identity == Self.third)
    #expect((record.epoch, record.previousEpoch, record.revision) == (300, 299, 7))
    #expect(record.boot == "boot-1" && record.members == [Self.first, Self.third])
    #expect(
      record.entries == [
        VolumeRecord.Entry(
          Self.first, Self.volume("a", "/fast/a", "1", "z", .ephemeral, .max)),
        VolumeRecord.Entry(
          Self.second, Self.volume("b", "/fast/b", "2", "z", .ephemeral, 1 << 40),
          isDraining: true),
        VolumeRecord.Entry(Self.third, Self.volume("d", "/slow/d", "3", "y", .durable, 1000)),
      ])
    #expect(record.policy == .standard && record.syncsAllCopies)
    #expect(record.encode() == Self.bytes)
  }
}

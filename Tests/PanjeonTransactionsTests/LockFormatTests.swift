// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

@Suite("LockIntents")
struct LockIntentsTests {
  @Test("Intents are stored as their page says, and read back")
  func exampleBytes() {
    let intents = LockIntents(
      primary: TransactionRow(table: "t", row: "ab"), primaryHeaderBefore: Bytes([1]),
      redo: Bytes([0xf1, 0xf2]))
    let bytes: [UInt8] =
      [0x01, 0x02] + [UInt8](repeating: 0, count: 32) + [
        0x01, 0x00, 0x00, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x74, 0x02,
        0x00, 0x00, 0x00, 0x61, 0x62, 0x02, 0x00, 0x00, 0x00, 0xf1, 0xf2, 0xa5, 0x6d, 0x9f, 0x9b,
      ]
    #expect(Array(intents.encode()) == bytes)
    #expect(LockIntents(decoding: Bytes(bytes)) == intents)
    let absent = LockIntents(primary: TransactionRow(table: "t", row: "ab"))
    #expect(LockIntents(decoding: absent.encode()) == absent)
    let primary = LockIntents(
      secondaries: (0..<5).map { TransactionRow(table: "t\($0)", row: Bytes([UInt8($0)])) })
    #expect(LockIntents(decoding: primary.encode()) == primary)
  }

  @Test("Cut off, longer, or with any bit changed they are refused")
  func damaged() {
    let whole = Array(
      LockIntents(
        primary: TransactionRow(table: "t", row: "ab"), primaryHeaderBefore: "h", redo: "r"
      ).encode())
    for count in 0..<whole.count {
      #expect(LockIntents(decoding: Bytes(Array(whole[..<count]))) == nil)
    }
    #expect(LockIntents(decoding: Bytes(whole + [0])) == nil)
    for place in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[place] ^= 1 << UInt8(bit)
        #expect(LockIntents(decoding: Bytes(bytes)) == nil)
      }
    }
  }
}

@Suite("Redo")
struct RedoTests {
  private static let column = Column(family: "d", qualifier: "q")

  @Test("A redo is stored as its page says, and read back")
  func exampleBytes() {
    let redo = Redo([
      .put(Self.column, timestamp: 5, value: "v"), .deleteFamily("e", upTo: nil),
    ])
    let bytes: [UInt8] = [
      0x01, 0x02, 0x00, 0x00, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x64, 0x01, 0x00, 0x00, 0x00,
      0x71, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x76, 0x07,
      0x01, 0x00, 0x00, 0x00, 0x65,
    ]
    #expect(Array(redo.encode()) == bytes)
    #expect(Redo(decoding: Bytes(bytes)) == redo)
  }

  @Test("Every kind of change is read back; cut off or longer it is refused, and no byte traps")
  func kinds() {
    let redo = Redo([
      .put(Self.column, timestamp: 1, value: ""),
      .put(Self.column, timestamp: .max, value: "v", timeToLive: .seconds(3)),
      .deleteVersion(Self.column, timestamp: 2), .deleteColumn(Self.column, upTo: 3),
      .deleteColumn(Self.column, upTo: nil), .deleteFamily("d", upTo: 4),
      .deleteFamily("d", upTo: nil), .deleteFamilyVersion("d", timestamp: 5),
      .deleteRow(upTo: 6), .deleteRow(upTo: nil),
    ])
    let whole = Array(redo.encode())
    #expect(Redo(decoding: Bytes(whole)) == redo)
    for count in 0..<whole.count {
      #expect(Redo(decoding: Bytes(Array(whole[..<count]))) == nil)
    }
    #expect(Redo(decoding: Bytes(whole + [0])) == nil)
    for place in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[place] ^= 1 << UInt8(bit)
        guard let other = Redo(decoding: Bytes(bytes)) else { continue }
        #expect(Array(other.encode()) == bytes)
      }
    }
  }
}

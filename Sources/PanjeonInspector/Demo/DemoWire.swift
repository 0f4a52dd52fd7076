// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// What the child tells the parent over a pipe.
package enum DemoReportFrame: Equatable, Sendable {
  /// Couples exist; sending begins.
  case ready
  /// A message has been acknowledged.
  case acknowledged(Acknowledgement)
  /// What there has been so far.
  case statistics(DemoCounts)
  /// All of the file has been sent.
  case finished
}

/// Counts of the child.
package struct DemoCounts: Equatable, Sendable {
  var conflicts: UInt64 = 0
  var retries: UInt64 = 0
  var splits: UInt64 = 0
  var merges: UInt64 = 0
}

/// A message whose commit has returned.
package struct Acknowledgement: Equatable, Sendable {
  var couple: UInt32
  var client: UInt32
  /// The number of the message: of the client's, or of the couple's in a file.
  var number: UInt32
  var isFromA: Bool
  var senderMessageID: UInt64
  var receiverMessageID: UInt64
  /// When the commit was called and when it returned, by the machine's monotonic clock.
  package var beginNanoseconds: UInt64
  package var endNanoseconds: UInt64

  package init(
    couple: UInt32, client: UInt32, number: UInt32, isFromA: Bool, senderMessageID: UInt64,
    receiverMessageID: UInt64, beginNanoseconds: UInt64, endNanoseconds: UInt64
  ) {
    self.couple = couple
    self.client = client
    self.number = number
    self.isFromA = isFromA
    self.senderMessageID = senderMessageID
    self.receiverMessageID = receiverMessageID
    self.beginNanoseconds = beginNanoseconds
    self.endNanoseconds = endNanoseconds
  }
}

/// The frames' encoding: a byte that says which, then fixed numbers, little-endian.
package enum DemoWire {
  static func append(_ frame: DemoReportFrame, to bytes: inout [UInt8]) {
    switch frame {
    case .ready: bytes.append(1)
    case .acknowledged(let ack):
      bytes.append(2)
      bytes.appendFixed32LE(ack.couple)
      bytes.appendFixed32LE(ack.client)
      bytes.appendFixed32LE(ack.number)
      bytes.append(ack.isFromA ? 1 : 0)
      for number in [
        ack.senderMessageID, ack.receiverMessageID, ack.beginNanoseconds, ack.endNanoseconds,
      ] { bytes.appendFixed64LE(number) }
    case .statistics(let counts):
      bytes.append(3)
      for number in [counts.conflicts, counts.retries, counts.splits, counts.merges] {
        bytes.appendFixed64LE(number)
      }
    case .finished: bytes.append(4)
    }
  }

  /// Takes the whole frames from the front; the kill may leave half of one at the end.
  package static func take(from bytes: inout [UInt8]) -> [DemoReportFrame] {
    var frames: [DemoReportFrame] = []
    let consumed = unsafe bytes.withRawBytes { buffer in
      var reader = unsafe ByteReader(buffer)
      var whole = 0
      while let frame = try? next(&reader) {
        frames.append(frame)
        whole = reader.offset
      }
      return whole
    }
    bytes.removeFirst(consumed)
    return frames
  }

  private static func next(_ reader: inout ByteReader) throws(MalformedBytes) -> DemoReportFrame {
    switch try reader.readByte() {
    case 1: return .ready
    case 2:
      return .acknowledged(
        Acknowledgement(
          couple: try reader.readFixed32LE(), client: try reader.readFixed32LE(),
          number: try reader.readFixed32LE(), isFromA: try reader.readByte() == 1,
          senderMessageID: try reader.readFixed64LE(),
          receiverMessageID: try reader.readFixed64LE(),
          beginNanoseconds: try reader.readFixed64LE(),
          endNanoseconds: try reader.readFixed64LE()))
    case 3:
      return .statistics(
        DemoCounts(
          conflicts: try reader.readFixed64LE(), retries: try reader.readFixed64LE(),
          splits: try reader.readFixed64LE(), merges: try reader.readFixed64LE()))
    case 4: return .finished
    default: throw MalformedBytes()
    }
  }
}

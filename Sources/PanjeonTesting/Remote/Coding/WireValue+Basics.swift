// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// What everything else is made of.
extension String: WireValue {
  package func encode(to encoder: inout WireEncoder) { encoder.append(self) }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self = try decoder.text()
  }
}

extension Int: WireValue {
  package func encode(to encoder: inout WireEncoder) { encoder.append(self) }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self = try decoder.integer()
  }
}

extension UInt64: WireValue {
  package func encode(to encoder: inout WireEncoder) { encoder.append(self) }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self = try decoder.unsigned()
  }
}

extension Bytes: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(UInt64(count))
    encoder.append(raw: self)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    let place = try decoder.raw(try decoder.count())
    self.init(sharing: decoder.bytes, from: place.lowerBound, to: place.upperBound)
  }
}

extension Timestamp: WireValue {
  package func encode(to encoder: inout WireEncoder) { encoder.append(microseconds) }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(microseconds: try decoder.signed())
  }
}

extension Duration: WireValue {
  private static let attosecondsOfASecond: Int64 = 1_000_000_000_000_000_000

  package func encode(to encoder: inout WireEncoder) {
    let (seconds, attoseconds) = components
    encoder.append(seconds)
    encoder.append(attoseconds)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    let seconds = try decoder.signed()
    let attoseconds = try decoder.signed()
    // Of one sign and less than a second: else the seconds may be more than its own parts can say.
    guard attoseconds > -Self.attosecondsOfASecond, attoseconds < Self.attosecondsOfASecond,
      seconds == 0 || attoseconds == 0 || (seconds < 0) == (attoseconds < 0)
    else { throw MalformedBytes() }
    self.init(secondsComponent: seconds, attosecondsComponent: attoseconds)
  }
}

extension Column: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(family)
    encoder.append(qualifier)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(family: try decoder.text(), qualifier: try decoder.value())
  }
}

extension KeyRange: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(start)
    encoder.append(stop)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(from: try decoder.value(), to: try decoder.optional())
  }
}

/// Enumerations whose cases are numbers on disk or in memory already.
extension WireValue where Self: RawRepresentable, RawValue == UInt8 {
  package func encode(to encoder: inout WireEncoder) { encoder.append(byte: rawValue) }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    guard let value = Self(rawValue: try decoder.byte()) else { throw MalformedBytes() }
    self = value
  }
}

extension Durability: WireValue {}
extension Comparison.Operator: WireValue {}
extension Comparison.BitOperation: WireValue {}
extension LocalityGroup.Compression: WireValue {}
extension LocalityGroup.BloomFilter: WireValue {}

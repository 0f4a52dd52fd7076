// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// Comparisons and filters: a byte says which, then come the parts.
extension Comparison: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    switch self {
    case .bytes(let operation, let other):
      encoder.append(byte: 0)
      encoder.append(operation)
      encoder.append(other)
    case .integer(let operation, let other):
      encoder.append(byte: 1)
      encoder.append(operation)
      encoder.append(other)
    case .prefix(let prefix):
      encoder.append(byte: 2)
      encoder.append(prefix)
    case .contains(let part):
      encoder.append(byte: 3)
      encoder.append(part)
    case .bits(let operation, let mask):
      encoder.append(byte: 4)
      encoder.append(operation)
      encoder.append(mask)
    }
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    switch try decoder.byte() {
    case 0: self = .bytes(try decoder.value(), try decoder.value())
    case 1: self = .integer(try decoder.value(), try decoder.signed())
    case 2: self = .prefix(try decoder.value())
    case 3: self = .contains(try decoder.value())
    case 4: self = .bits(try decoder.value(), try decoder.value())
    default: throw MalformedBytes()
    }
  }
}

extension Filter: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    switch self {
    case .family(let comparison): encoder.append(0, comparison)
    case .qualifier(let comparison): encoder.append(1, comparison)
    case .qualifiers(let range): encoder.append(2, range)
    case .value(let comparison): encoder.append(3, comparison)
    case .time(let from, let to):
      encoder.append(byte: 4)
      encoder.append(from)
      encoder.append(to)
    case .timestamps(let timestamps):
      encoder.append(byte: 5)
      encoder.append(timestamps.sorted())
    case .row(let comparison): encoder.append(6, comparison)
    case .rows(let ranges):
      encoder.append(byte: 7)
      encoder.append(ranges)
    case .column(let column, let comparison, let ifAbsent):
      encoder.append(8, column)
      encoder.append(comparison)
      encoder.append(ifAbsent)
    case .all(let parts):
      encoder.append(byte: 9)
      encoder.append(parts)
    case .any(let parts):
      encoder.append(byte: 10)
      encoder.append(parts)
    case .not(let part): encoder.append(11, part)
    }
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self = try decoder.filter { (decoder) throws(MalformedBytes) in
      switch try decoder.byte() {
      case 0: .family(try decoder.value())
      case 1: .qualifier(try decoder.value())
      case 2: .qualifiers(try decoder.value())
      case 3: .value(try decoder.value())
      case 4: .time(from: try decoder.optional(), to: try decoder.optional())
      case 5: .timestamps(Set(try decoder.list(Timestamp.self)))
      case 6: .row(try decoder.value())
      case 7: .rows(try decoder.list())
      case 8:
        .column(try decoder.value(), try decoder.value(), ifAbsent: try decoder.flag())
      case 9: .all(try decoder.list())
      case 10: .any(try decoder.list())
      case 11: .not(try decoder.value())
      default: throw MalformedBytes()
      }
    }
  }
}

extension WireEncoder {
  fileprivate mutating func append(_ kind: UInt8, _ value: some WireValue) {
    append(byte: kind)
    append(value)
  }
}

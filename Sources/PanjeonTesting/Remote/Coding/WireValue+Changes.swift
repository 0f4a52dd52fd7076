// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// What is done to rows, and on which conditions: a byte says which, then come the parts.
extension Condition: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    switch self {
    case .absent(let column): encoder.append(0, column)
    case .equals(let column, let value):
      encoder.append(1, column)
      encoder.append(value)
    case .present(let column): encoder.append(2, column)
    case .value(let column, let comparison):
      encoder.append(3, column)
      encoder.append(comparison)
    }
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    switch try decoder.byte() {
    case 0: self = .absent(try decoder.value())
    case 1: self = .equals(try decoder.value(), try decoder.value())
    case 2: self = .present(try decoder.value())
    case 3: self = .value(try decoder.value(), try decoder.value())
    default: throw MalformedBytes()
    }
  }
}

extension Mutation: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    switch self {
    case .put(let column, let timestamp, let value, let timeToLive):
      encoder.append(0, column)
      encoder.append(timestamp)
      encoder.append(value)
      encoder.append(timeToLive)
    case .increment(let column, let amount, let timestamp):
      encoder.append(1, column)
      encoder.append(amount)
      encoder.append(timestamp)
    case .append(let column, let bytes, let timestamp):
      encoder.append(2, column)
      encoder.append(bytes)
      encoder.append(timestamp)
    case .minimum(let column, let number, let timestamp):
      encoder.append(3, column)
      encoder.append(number)
      encoder.append(timestamp)
    case .maximum(let column, let number, let timestamp):
      encoder.append(4, column)
      encoder.append(number)
      encoder.append(timestamp)
    case .deleteVersion(let column, let timestamp):
      encoder.append(5, column)
      encoder.append(timestamp)
    case .deleteColumn(let column, let upTo):
      encoder.append(6, column)
      encoder.append(upTo)
    case .deleteFamily(let name, let upTo):
      encoder.append(7, name)
      encoder.append(upTo)
    case .deleteFamilyVersion(let name, let timestamp):
      encoder.append(8, name)
      encoder.append(timestamp)
    case .deleteRow(let upTo):
      encoder.append(byte: 9)
      encoder.append(upTo)
    }
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    switch try decoder.byte() {
    case 0:
      self = .put(
        try decoder.value(), timestamp: try decoder.optional(), value: try decoder.value(),
        timeToLive: try decoder.optional())
    case 1:
      self = .increment(
        try decoder.value(), by: try decoder.signed(), timestamp: try decoder.optional())
    case 2:
      self = .append(try decoder.value(), try decoder.value(), timestamp: try decoder.optional())
    case 3:
      self = .minimum(try decoder.value(), try decoder.signed(), timestamp: try decoder.optional())
    case 4:
      self = .maximum(try decoder.value(), try decoder.signed(), timestamp: try decoder.optional())
    case 5: self = .deleteVersion(try decoder.value(), timestamp: try decoder.value())
    case 6: self = .deleteColumn(try decoder.value(), upTo: try decoder.optional())
    case 7: self = .deleteFamily(try decoder.text(), upTo: try decoder.optional())
    case 8: self = .deleteFamilyVersion(try decoder.text(), timestamp: try decoder.value())
    case 9: self = .deleteRow(upTo: try decoder.optional())
    default: throw MalformedBytes()
    }
  }
}

extension WireEncoder {
  fileprivate mutating func append(_ kind: UInt8, _ value: some WireValue) {
    append(byte: kind)
    append(value)
  }
}

extension RowMutations: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(row)
    encoder.append(mutations)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(try decoder.value(), try decoder.list())
  }
}

extension CheckAndMutate: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(conditions)
    encoder.append(rowMutations)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(try decoder.list(), try decoder.value())
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Reads components from the bytes of a key, which may be anything.
struct KeyReader {
  private let source: Bytes
  private(set) var offset = 0

  init(_ source: Bytes) { self.source = source }

  var isAtEnd: Bool { offset == source.count }
  var next: UInt8? { isAtEnd ? nil : source[offset] }

  mutating func readByte() -> UInt8? {
    guard let byte = next else { return nil }
    offset += 1
    return byte
  }

  /// Reads a component; nil when there is none, or it is not as it would have been written.
  mutating func readComponent(depth: Int = 0) -> KeyComponent? {
    guard let tag = readByte() else { return nil }
    switch tag {
    case KeyTag.bytes: return readEscaped().map { .bytes(Bytes($0)) }
    case KeyTag.text:
      return readEscaped().flatMap { String(validating: $0, as: UTF8.self) }.map { .text($0) }
    case KeyTag.tuple: return depth < KeyComponent.depthMax ? readTuple(depth: depth + 1) : nil
    case KeyTag.zero - 8...KeyTag.zero + 8: return readInteger(tag)
    case KeyTag.double:
      return readNumber(count: 8).map { number in
        .double(Double(bitPattern: number >> 63 == 1 ? number & ~(1 << 63) : ~number))
      }
    case KeyTag.no: return .boolean(false)
    case KeyTag.yes: return .boolean(true)
    case KeyTag.uuid:
      guard let high = readNumber(count: 8), let low = readNumber(count: 8) else { return nil }
      return .uuid(RandomID(high: high, low: low))
    case KeyTag.moment:
      return readNumber(count: 8).map { .moment(microseconds: Int64(bitPattern: $0 ^ 1 << 63)) }
    default: return nil
    }
  }

  private mutating func readTuple(depth: Int) -> KeyComponent? {
    var parts: [KeyComponent] = []
    while let byte = next {
      if byte == KeyTag.end {
        offset += 1
        return .tuple(parts)
      }
      guard let part = readComponent(depth: depth) else { return nil }
      parts.append(part)
    }
    return nil
  }

  private mutating func readInteger(_ tag: UInt8) -> KeyComponent? {
    if tag == KeyTag.zero { return .integer(0) }
    let isNegative = tag < KeyTag.zero
    let count = Int(isNegative ? KeyTag.zero - tag : tag - KeyTag.zero)
    guard let written = readNumber(count: count) else { return nil }
    let unused = UInt64(64 - count * 8)
    let amount = isNegative ? (~written << unused) >> unused : written
    // As few bytes as it needs.
    guard amount >> UInt64(count * 8 - 8) != 0 else { return nil }
    if isNegative {
      if amount == Int64.min.magnitude { return .integer(.min) }
      return Int64(exactly: amount).map { .integer(-$0) }
    }
    return Int64(exactly: amount).map { .integer($0) } ?? .largeInteger(amount)
  }

  private mutating func readNumber(count: Int) -> UInt64? {
    guard source.count - offset >= count else { return nil }
    var number: UInt64 = 0
    for place in offset..<(offset + count) { number = number << 8 | UInt64(source[place]) }
    offset += count
    return number
  }

  private mutating func readEscaped() -> [UInt8]? {
    var value: [UInt8] = []
    while let byte = readByte() {
      if byte == KeyTag.end {
        if next != KeyTag.escape { return value }
        offset += 1
      }
      value.append(byte)
    }
    return nil
  }
}

extension KeyComponent {
  /// Decodes a component that is all of some bytes; nil for anything else.
  package init?(decoding bytes: Bytes) {
    var reader = KeyReader(bytes)
    guard let component = reader.readComponent(), reader.isAtEnd else { return nil }
    self = component
  }
}

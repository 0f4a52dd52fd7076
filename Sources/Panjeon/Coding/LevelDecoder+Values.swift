// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Values within an item.
extension LevelDecoder {
  /// Decodes the value at an offset.
  func decode<Value: Decodable>(
    _ type: Value.Type, at offset: Int, key: (any CodingKey)?
  ) throws -> Value {
    do throws(ValueFailure) {
      // A cast of bits is sound where the types are the same. (An optional of the value's type would cost more.)
      if Value.self == Bytes.self {
        let range = try source.byteRange(at: offset)
        let bytes = Bytes(sharing: source.bytes, from: range.lowerBound, to: range.upperBound)
        return unsafe unsafeBitCast(bytes, to: Value.self)
      }
      if Value.self == String.self {
        return unsafe unsafeBitCast(try source.text(at: offset), to: Value.self)
      }
      if Value.self == Int.self {
        return unsafe unsafeBitCast(try source.integer(Int.self, at: offset), to: Value.self)
      }
      // An array of integers, which others may write, is read by its own `init(from:)`.
      if Value.self == [UInt8].self, isByteString(at: offset) {
        let range = try source.byteRange(at: offset)
        return unsafe unsafeBitCast(Array(source.bytes[range]), to: Value.self)
      }
      if Value.self == UnknownFields.self {
        return unsafe unsafeBitCast(try allFields(at: offset), to: Value.self)
      }
      if FoundationValue.isByteString(type), isByteString(at: offset) {
        let range = try source.byteRange(at: offset)
        guard let value = FoundationValue.read(type, from: source.bytes[range]) else {
          throw ValueFailure.corrupted("\(range.count) bytes are no \(type)")
        }
        return value
      }
    } catch {
      throw self.error(error, type, at: offset, key)
    }
    let level = LevelDecoder(source: source, offset: offset, parent: self, key: key)
    do {
      return try Value(from: level)
    } catch DecodingError.typeMismatch(let mismatched, let context) where mismatched == type {
      throw level.unknownCase(type) ?? DecodingError.typeMismatch(mismatched, context)
    }
  }

  /// A map as fields that nobody knows.
  private func allFields(at offset: Int) throws(ValueFailure) -> UnknownFields {
    let head = source.bytes.itemHead(at: source.bytes.untagged(at: offset))
    guard head.kind == .map else { throw .mismatch }
    return UnknownFields(
      entries: Array(source.bytes[head.end..<source.bytes.itemEnd(at: offset)]),
      areDeterministic: source.isDeterministic)
  }

  private func isByteString(at offset: Int) -> Bool {
    source.bytes.itemHead(at: source.bytes.untagged(at: offset)).kind == .bytes
  }

  /// What is to say of an enum whose stored case this program does not have.
  private func unknownCase(_ type: any Any.Type) -> DecodingError? {
    guard count == 1 else { return nil }
    var name: String?
    forEachField { key, _ in
      if !isKnown(key) { name = RecordValue(checked: source.bytes, at: key).description }
    }
    return name.map {
      DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: codingPath,
          debugDescription: "\(type) has no case \($0) in this program; a later one may have"))
    }
  }

  func error(
    _ failure: ValueFailure, _ type: any Any.Type, at offset: Int, _ key: (any CodingKey)?
  ) -> DecodingError {
    let path = codingPath + (key.map { [$0] } ?? [])
    let place = "at byte \(offset - source.start)"
    func context(_ description: String) -> DecodingError.Context {
      DecodingError.Context(codingPath: path, debugDescription: description)
    }
    switch failure {
    case .missing:
      return .valueNotFound(type, context("expected \(type), found null \(place)"))
    case .mismatch:
      let head = source.bytes.itemHead(at: source.bytes.untagged(at: offset))
      return .typeMismatch(type, context("expected \(type), found \(head.kindName) \(place)"))
    case .corrupted(let reason):
      return .dataCorrupted(context("\(reason), \(place)"))
    }
  }
}

extension ItemHead {
  fileprivate var kindName: String {
    switch kind {
    case .unsigned, .negative: "an integer"
    case .bytes: "bytes"
    case .text: "text"
    case .array: "an array"
    case .map: "a map"
    case .tag: "a tag"
    case .simple: info < 25 ? "a simple value" : "a floating-point number"
    }
  }
}

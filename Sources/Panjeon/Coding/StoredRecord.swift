// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What was stored before a record is encoded: in the form the encoder would give it.
final class StoredRecord {
  /// A map's key, and its value if that may hold fields nobody knows.
  struct Field {
    let key: Range<Int>
    let value: Int
  }

  let bytes: [UInt8]

  /// Where the record begins.
  let root: Int

  /// How many more elements of arrays may be encoded to see whether they are a stored one.
  ///
  /// Arrays within arrays could ask for too many.
  var attemptsLeft: Int

  /// Checks what was stored.
  ///
  /// Throws `DecodingError.dataCorrupted` if it is no record.
  init(_ stored: Bytes) throws(DecodingError) {
    do throws(MalformedRecord) {
      let check = try RecordCheck(stored.storage, in: stored.start..<stored.end)
      if check.isDeterministic {
        bytes = stored.storage
        root = stored.start
      } else {
        bytes = RecordValue(checked: stored.storage, at: stored.start).bytes
        root = 0
      }
    } catch {
      throw DecodingError(
        MalformedRecord(error.reason, at: error.offset - stored.start), codingPath: [])
    }
    attemptsLeft = 1024 + stored.count
  }

  /// The kind of the item at `offset`.
  func kind(at offset: Int) -> ItemKind {
    bytes.itemHead(at: offset).kind
  }

  /// The fields of a map whose values are maps or arrays, in the order of their keys.
  func nestedFields(ofItemAt offset: Int) -> [Field] {
    let head = bytes.itemHead(at: offset)
    guard head.kind == .map else { return [] }
    var fields: [Field] = []
    var offset = head.end
    for _ in 0..<head.count {
      let key = offset..<bytes.itemEnd(at: offset)
      if isContainer(at: key.upperBound) { fields.append(Field(key: key, value: key.upperBound)) }
      offset = bytes.itemEnd(at: key.upperBound)
    }
    return fields
  }

  /// Whether a map or an array begins at `offset`.
  func isContainer(at offset: Int) -> Bool {
    let kind = kind(at: offset)
    return kind == .map || kind == .array
  }

  /// Where the elements of an array begin.
  func elements(ofItemAt offset: Int) -> [Int] {
    let head = bytes.itemHead(at: offset)
    guard head.kind == .array else { return [] }
    var elements: [Int] = []
    var offset = head.end
    for _ in 0..<head.count {
      elements.append(offset)
      offset = bytes.itemEnd(at: offset)
    }
    return elements
  }

  /// The field of `fields` whose key is some bytes of another buffer.
  func find(_ key: Range<Int>, of other: [UInt8], in fields: [Field]) -> Int? {
    var (low, high) = (0, fields.count)
    while low < high {
      let middle = (low + high) / 2
      let order = bytes.compare(fields[middle].key, with: other, key)
      if order == 0 { return fields[middle].value }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}

extension DecodingError {
  init(_ malformed: MalformedRecord, codingPath: [any CodingKey]) {
    self = .dataCorrupted(
      Context(
        codingPath: codingPath,
        debugDescription: "not a record: \(malformed.reason), at byte \(malformed.offset)"))
  }
}

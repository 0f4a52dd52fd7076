// SPDX-License-Identifier: Apache-2.0

/// Looks at all of a record before anything in it is believed.
///
/// What has been checked can be read without further checks of lengths.
package struct RecordCheck {
  /// Whether the bytes are what the encoder would write: heads as short as can be, and keys that ascend.
  package private(set) var isDeterministic = true

  /// Whether the keys of all maps ascend.
  private(set) var keysAscend = true

  /// Whether a map has a text as its key.
  private(set) var hasTextKeys = false

  /// Checks the one item that takes up all of `range`.
  package init(_ bytes: [UInt8], in range: Range<Int>) throws(MalformedRecord) {
    let end = try checkItem(bytes, at: range.lowerBound, limit: range.upperBound, nesting: 0)
    if end != range.upperBound { throw MalformedRecord("bytes follow the record", at: end) }
  }

  /// Checks the keys and values that take up all of `range`, in a map around which are `nesting` others.
  init(entries bytes: [UInt8], in range: Range<Int>, nesting: Int) throws(MalformedRecord) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      offset = try checkItem(bytes, at: offset, limit: range.upperBound, nesting: nesting + 1)
      offset = try checkItem(bytes, at: offset, limit: range.upperBound, nesting: nesting + 1)
    }
  }

  /// Checks the item at `offset`, and returns where it ends.
  private mutating func checkItem(
    _ bytes: [UInt8], at offset: Int, limit: Int, nesting: Int
  ) throws(MalformedRecord) -> Int {
    let head = try checkHead(bytes, at: offset, limit: limit)
    switch head.kind {
    case .unsigned, .negative:
      return head.end
    case .simple:
      if head.info == 24, head.argument < 32 {
        throw MalformedRecord("a simple value in two bytes that needs one", at: offset)
      }
      return head.end
    case .bytes, .text:
      guard head.argument <= UInt64(limit - head.end) else {
        throw MalformedRecord("a length goes beyond the end", at: offset)
      }
      let end = head.end + head.count
      if head.kind == .text, !Self.isText(bytes, head.end..<end) {
        throw MalformedRecord("text that is no UTF-8", at: offset)
      }
      return end
    case .array, .map, .tag:
      guard nesting < RecordLimits.nestingMax else {
        throw MalformedRecord(
          "more than \(RecordLimits.nestingMax) arrays, maps and tags within one another",
          at: offset)
      }
      return try checkContents(of: head, bytes, at: offset, limit: limit, nesting: nesting + 1)
    }
  }

  private mutating func checkContents(
    of head: ItemHead, _ bytes: [UInt8], at offset: Int, limit: Int, nesting: Int
  ) throws(MalformedRecord) -> Int {
    if head.kind == .tag {
      return try checkItem(bytes, at: head.end, limit: limit, nesting: nesting)
    }
    // An item has a byte at least, so that no more of them are looked for than there can be.
    guard head.argument <= UInt64(limit - head.end) / (head.kind == .map ? 2 : 1) else {
      throw MalformedRecord("a count goes beyond the end", at: offset)
    }
    if head.kind == .map {
      return try checkMap(bytes, from: head.end, count: head.count, limit: limit, nesting: nesting)
    }
    var end = head.end
    for _ in 0..<head.count {
      end = try checkItem(bytes, at: end, limit: limit, nesting: nesting)
    }
    return end
  }

  private mutating func checkMap(
    _ bytes: [UInt8], from start: Int, count: Int, limit: Int, nesting: Int
  ) throws(MalformedRecord) -> Int {
    var end = start
    var last: Int?
    var ascends = true
    for _ in 0..<count {
      let key = end
      end = try checkItem(bytes, at: key, limit: limit, nesting: nesting)
      if bytes[key] >> 5 == ItemKind.text.rawValue { hasTextKeys = true }
      if ascends, let last {
        let order = bytes.compareKeys(last, key)
        if order == 0 { throw MalformedRecord("a key that is in the map already", at: key) }
        ascends = order < 0
      }
      last = key
      end = try checkItem(bytes, at: end, limit: limit, nesting: nesting)
    }
    if !ascends {
      isDeterministic = false
      keysAscend = false
      try Self.checkKeysDiffer(bytes, from: start, count: count)
    }
    return end
  }

  private static func checkKeysDiffer(
    _ bytes: [UInt8], from start: Int, count: Int
  ) throws(MalformedRecord) {
    var keys: [Int] = []
    var offset = start
    for _ in 0..<count {
      keys.append(offset)
      offset = bytes.itemEnd(at: bytes.itemEnd(at: offset))
    }
    keys.sort { bytes.compareKeys($0, $1) < 0 }
    for (key, next) in zip(keys, keys.dropFirst()) where bytes.compareKeys(key, next) == 0 {
      throw MalformedRecord("a key that is in the map already", at: max(key, next))
    }
  }

  private mutating func checkHead(
    _ bytes: [UInt8], at offset: Int, limit: Int
  ) throws(MalformedRecord) -> ItemHead {
    guard offset < limit else { throw MalformedRecord("an item is missing", at: offset) }
    let info = bytes[offset] & 31
    if info < 24 { return bytes.itemHead(at: offset) }
    guard info < 28 else {
      throw MalformedRecord(info == 31 ? "an indefinite length" : "a reserved head", at: offset)
    }
    guard limit - offset > ItemHead.extraBytes(info: info) else {
      throw MalformedRecord("a head goes beyond the end", at: offset)
    }
    let head = bytes.itemHead(at: offset)
    if head.kind != .simple {
      let least: UInt64 = info == 24 ? 24 : 1 << (4 << UInt64(info - 24))
      if head.argument < least { isDeterministic = false }
    }
    return head
  }

  private static func isText(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    var offset = range.lowerBound
    while offset < range.upperBound, bytes[offset] < 0x80 { offset += 1 }
    if offset == range.upperBound { return true }
    do {
      _ = try UTF8Span(validating: bytes.span.extracting(offset..<range.upperBound))
      return true
    } catch {
      return false
    }
  }
}

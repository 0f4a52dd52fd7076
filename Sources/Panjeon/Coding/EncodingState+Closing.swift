// SPDX-License-Identifier: Apache-2.0

/// Completes a value.
extension EncodingState {
  /// Some of the buffer's bytes, and those that take their place.
  struct Replacement {
    let range: Range<Int>
    let bytes: [UInt8]
  }

  /// Completes the item of a state: nobody writes to it any more.
  func finish() throws -> [UInt8] {
    try close(nil)
    return bytes
  }

  /// Completes the innermost value, which is `value` unless a container asked for it.
  func close(_ value: (any Encodable)?) throws {
    try throwFailure()
    switch level.kind {
    case .undecided: bytes.appendHead(.map, 0)
    case .single: break
    case .map: try closeMap(value)
    case .array: try closeArray()
    }
  }

  private func closeMap(_ value: (any Encodable)?) throws {
    // An enum is one field, which a case's values are in.
    let isCase = level.count == 1 && level.deferred.count == 1
    if !level.deferred.isEmpty {
      let items = try deferredItems()
      rewrite(items)
      // The key written last is behind all of them but its own.
      if let key = level.lastKey {
        let shift = items.reduce(0) {
          $1.range.lowerBound <= key.lowerBound ? $0 + $1.bytes.count : $0
        }
        level.lastKey = (key.lowerBound + shift)..<(key.upperBound + shift)
      }
    }
    let written = level.count
    if level.own != nil || level.stored != nil {
      try carryFields {
        isCase && value.map { Mirror(reflecting: $0).displayStyle == .enum } ?? false
      }
    }
    if !level.isAscending { sortFields(written: written) }
    putHead(.map)
  }

  private func closeArray() throws {
    var replacements = try deferredItems()
    let stride = (level.type as? any UnorderedElements.Type)?.strideInArray
    if let elements = level.elements, let stored, let item = level.stored {
      var matching = ElementMatching(
        state: self, elements, stored: stored, at: item, stride: stride)
      replacements += try matching.replacements()
      replacements.sort { $0.range.lowerBound < $1.range.lowerBound }
    }
    rewrite(replacements)
    if let stride { sortElements(stride) }
    putHead(.array)
  }

  /// The items that wait to be put in.
  private func deferredItems() throws -> [Replacement] {
    try level.deferred.map {
      Replacement(range: $0.offset..<$0.offset, bytes: try $0.state.finish())
    }
  }

  private func rewrite(_ replacements: [Replacement]) {
    guard let first = replacements.first else { return }
    var rest: [UInt8] = []
    var offset = first.range.lowerBound
    for replacement in replacements {
      rest += bytes[offset..<replacement.range.lowerBound]
      rest += replacement.bytes
      offset = replacement.range.upperBound
    }
    rest += bytes[offset...]
    bytes.replaceSubrange(first.range.lowerBound..., with: rest)
  }

  private func putHead(_ kind: ItemKind) {
    if level.count < 24 {
      bytes[level.start] = kind.rawValue << 5 | UInt8(level.count)
    } else {
      var head: [UInt8] = []
      head.appendHead(kind, UInt64(level.count))
      bytes.replaceSubrange(level.start...level.start, with: head)
    }
  }

  /// Brings the fields into the order of their keys; of equal keys the one written last stays, and none that was carried.
  private func sortFields(written: Int) {
    var fields: [(key: Range<Int>, end: Int, rank: Int)] = []
    var offset = level.start + 1
    for index in 0..<level.count {
      let key = offset..<bytes.itemEnd(at: offset)
      offset = bytes.itemEnd(at: key.upperBound)
      fields.append((key, offset, index < written ? index : index - level.count))
    }
    fields.sort { left, right in
      let order = bytes.compare(left.key, with: bytes, right.key)
      return order == 0 ? left.rank < right.rank : order < 0
    }
    var sorted: [UInt8] = []
    sorted.reserveCapacity(offset - level.start)
    level.count = 0
    for (index, field) in fields.enumerated() {
      if index + 1 < fields.count,
        bytes.compare(field.key, with: bytes, fields[index + 1].key) == 0
      {
        continue
      }
      sorted += bytes[field.key.lowerBound..<field.end]
      level.count += 1
    }
    bytes.replaceSubrange((level.start + 1)..., with: sorted)
  }

  /// Brings elements that have no order into that of their bytes.
  private func sortElements(_ stride: Int) {
    var elements: [(first: Range<Int>, end: Int)] = []
    var offset = level.start + 1
    while offset < bytes.count {
      let start = offset
      offset = bytes.itemEnd(at: offset)
      let first = start..<offset
      for _ in 1..<stride where offset < bytes.count { offset = bytes.itemEnd(at: offset) }
      elements.append((first, offset))
    }
    elements.sort { bytes.compare($0.first, with: bytes, $1.first) < 0 }
    let sorted = elements.flatMap { bytes[$0.first.lowerBound..<$0.end] }
    bytes.replaceSubrange((level.start + 1)..., with: sorted)
  }
}

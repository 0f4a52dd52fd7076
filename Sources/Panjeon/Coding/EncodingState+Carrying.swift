// SPDX-License-Identifier: Apache-2.0

/// Fields that nobody knows, and that must not be lost.
extension EncodingState {
  /// Appends the fields that the innermost value, a map, has to keep.
  ///
  /// `isEnumCase` says whether the map is a case of an enum, which has no fields beside it.
  func carryFields(isEnumCase: () -> Bool) throws(EncodingError) {
    if let own = level.own {
      let fields = fields(of: own.entries, in: 0..<own.entries.count)
      try append(fields, of: own.entries, isDeeper: true)
    } else if let stored, let item = level.stored {
      let head = stored.bytes.itemHead(at: item)
      guard head.kind == .map else { return }
      let fields = fields(of: stored.bytes, in: head.end..<stored.bytes.itemEnd(at: item))
      if fields.isEmpty || isEnumCase() { return }
      try append(fields, of: stored.bytes, isDeeper: false)
    }
  }

  /// The keys and values within `range` that no type of keys knows.
  private func fields(of bytes: [UInt8], in range: Range<Int>) -> [(key: Range<Int>, end: Int)] {
    var fields: [(key: Range<Int>, end: Int)] = []
    var offset = range.lowerBound
    let keyType = level.keyType
    while offset < range.upperBound {
      let key = offset..<bytes.itemEnd(at: offset)
      offset = bytes.itemEnd(at: key.upperBound)
      if let keyType, keyType.init(stored: bytes, at: key.lowerBound) != nil { continue }
      if bytes.isKnownKey(at: key.lowerBound, to: level.moreKeyTypes) { continue }
      fields.append((key, offset))
    }
    return fields
  }

  private func append(
    _ fields: [(key: Range<Int>, end: Int)], of other: [UInt8], isDeeper: Bool
  ) throws(EncodingError) {
    for field in fields {
      // A value may have taken its fields from another depth.
      if isDeeper {
        do throws(MalformedRecord) {
          _ = try RecordCheck(
            entries: other, in: field.key.lowerBound..<field.end, nesting: level.nesting)
        } catch {
          throw self.error("unknown fields cannot be kept: \(error.reason)")
        }
      }
      let start = bytes.count
      bytes += other[field.key.lowerBound..<field.end]
      addKey(start..<(start + field.key.count))
    }
  }
}

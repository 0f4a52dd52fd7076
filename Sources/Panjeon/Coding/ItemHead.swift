// SPDX-License-Identifier: Apache-2.0

/// The beginning of an item: what it is, and a number that is its value, length or count.
struct ItemHead {
  let initial: UInt8
  let argument: UInt64
  let end: Int

  var kind: ItemKind {
    // Three bits: there is a kind for each.
    ItemKind(rawValue: initial >> 5) ?? .simple
  }

  var info: UInt8 { initial & 31 }

  /// The length or count, of an item that was checked.
  var count: Int { Int(argument) }

  /// How many bytes follow the first one of a head.
  static func extraBytes(info: UInt8) -> Int {
    info < 24 ? 0 : 1 << Int(info - 24)
  }
}

/// Reads items that were checked (`RecordCheck`).
extension [UInt8] {
  func itemHead(at offset: Int) -> ItemHead {
    let initial = self[offset]
    var argument = UInt64(initial & 31)
    var end = offset + 1
    if argument >= 24 {
      let after = end + ItemHead.extraBytes(info: initial & 31)
      argument = 0
      while end < after {
        argument = argument << 8 | UInt64(self[end])
        end += 1
      }
    }
    return ItemHead(initial: initial, argument: argument, end: end)
  }

  /// Where the item at `offset` ends.
  func itemEnd(at offset: Int) -> Int {
    var offset = offset
    var rest = 1
    while rest > 0 {
      let head = itemHead(at: offset)
      offset = head.end
      rest -= 1
      switch head.kind {
      case .bytes, .text: offset += head.count
      case .array: rest += head.count
      case .map: rest += 2 * head.count
      case .tag: rest += 1
      case .unsigned, .negative, .simple: break
      }
    }
    return offset
  }

  /// The item at `offset` without the tags before it.
  func untagged(at offset: Int) -> Int {
    var offset = offset
    while self[offset] >> 5 == ItemKind.tag.rawValue {
      offset = itemHead(at: offset).end
    }
    return offset
  }

  /// How the keys at two offsets compare: less than, equal to or greater than zero.
  ///
  /// In the bytewise order of their shortest encodings, whatever their heads are.
  func compareKeys(_ left: Int, _ right: Int) -> Int {
    let (leftHead, rightHead) = (itemHead(at: left), itemHead(at: right))
    if leftHead.kind != rightHead.kind {
      return leftHead.kind.rawValue < rightHead.kind.rawValue ? -1 : 1
    }
    switch leftHead.kind {
    case .unsigned, .negative, .bytes, .text:
      if leftHead.argument != rightHead.argument {
        return leftHead.argument < rightHead.argument ? -1 : 1
      }
      if leftHead.kind == .unsigned || leftHead.kind == .negative { return 0 }
      return compare(
        leftHead.end..<(leftHead.end + leftHead.count), with: self,
        rightHead.end..<(rightHead.end + rightHead.count))
    case .array, .map, .tag, .simple:
      // Such keys are rare; whether two are equal must not depend on their heads either.
      let (leftKey, rightKey) = (
        RecordValue(checked: self, at: left).bytes, RecordValue(checked: self, at: right).bytes
      )
      return leftKey.compare(leftKey.indices, with: rightKey, rightKey.indices)
    }
  }

  /// Compares some bytes with some of another buffer, bytewise.
  func compare(_ range: Range<Int>, with other: [UInt8], _ otherRange: Range<Int>) -> Int {
    var (left, right) = (range.lowerBound, otherRange.lowerBound)
    while left < range.upperBound, right < otherRange.upperBound {
      if self[left] != other[right] { return self[left] < other[right] ? -1 : 1 }
      left += 1
      right += 1
    }
    return range.count - otherRange.count
  }
}

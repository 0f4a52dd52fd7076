// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The cells of a row: a skiplist of their own, headed in the row's node.
extension MemTable {
  /// The first cell of a row, or zero.
  func firstCell(_ row: UInt32) -> UInt32 { unsafe Links.load(base, Int(row)) }

  func cellAfter(_ cell: UInt32) -> UInt32 {
    unsafe Links.load(base, Int(cell) + Self.cellLinksOffset)
  }

  /// The first cell of a row whose key is not less than `key`, or zero.
  func firstCell(_ row: UInt32, atOrAfter key: UnsafeRawBufferPointer) -> UInt32 {
    var links = Int(row)
    var level = Self.heightMax - 1
    while true {
      let next = unsafe Links.load(base, links + level * 4)
      if next != 0, unsafe compareBytes(cellKey(next), key) < 0 {
        links = Int(next) + Self.cellLinksOffset
      } else if level == 0 {
        return next
      } else {
        level -= 1
      }
    }
  }

  /// A cell of a row before a key, about so many cells away, or zero when there is none so far away.
  ///
  /// What precedes the key on the level whose nodes are on average so far apart.
  func cell(_ row: UInt32, _ cells: Int, before key: UnsafeRawBufferPointer) -> UInt32 {
    var lowest = 0
    while lowest < Self.heightMax - 1, 1 << (2 * lowest) < cells { lowest += 1 }
    var links = Int(row)
    var found: UInt32 = 0
    var level = Self.heightMax - 1
    while level >= lowest {
      let next = unsafe Links.load(base, links + level * 4)
      if next != 0, unsafe compareBytes(cellKey(next), key) < 0 {
        found = next
        links = Int(next) + Self.cellLinksOffset
      } else {
        level -= 1
      }
    }
    return found
  }

  func cellKey(_ cell: UInt32) -> UnsafeRawBufferPointer {
    let header = unsafe base + Int(cell)
    let packed = unsafe header.load(as: UInt32.self)
    let height = Int(packed >> 28)
    return unsafe UnsafeRawBufferPointer(
      start: header + Self.cellLinksOffset + height * 4, count: Int(packed & 0x0FFF_FFFF))
  }

  func cellValue(_ cell: UInt32) -> UnsafeRawBufferPointer {
    let key = unsafe cellKey(cell)
    let length = unsafe Int((base + Int(cell)).load(fromByteOffset: 4, as: UInt32.self))
    let end =
      unsafe base + Int(cell) + Self.cellLinksOffset + Int(
        (base + Int(cell)).load(as: UInt32.self) >> 28)
      * 4
    return unsafe UnsafeRawBufferPointer(start: end + key.count, count: length)
  }

  /// Writes a cell's node and links it in.
  func insertCell(
    _ row: UInt32, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) {
    let height = randomHeight()
    let node = arena.allocate(Self.cellLinksOffset + height * 4 + key.count + value.count)
    let header = unsafe base + Int(node)
    precondition(key.count < 1 << 28, "a cell key is far shorter")
    unsafe header.storeBytes(of: UInt32(height) << 28 | UInt32(key.count), as: UInt32.self)
    unsafe header.storeBytes(of: UInt32(value.count), toByteOffset: 4, as: UInt32.self)
    let bytes = unsafe header + Self.cellLinksOffset + height * 4
    unsafe UnsafeMutableRawBufferPointer(start: bytes, count: key.count).copyMemory(from: key)
    unsafe UnsafeMutableRawBufferPointer(start: bytes + key.count, count: value.count)
      .copyMemory(from: value)
    unsafe findSplice(row, key)
    for level in 0..<height {
      let links = splice.cellPredecessors[level]
      unsafe Links.store(
        base, Int(node) + Self.cellLinksOffset + level * 4, Links.load(base, links + level * 4))
      unsafe Links.store(base, links + level * 4, node)
      splice.cellPredecessors[level] = Int(node) + Self.cellLinksOffset
    }
    splice.lastCell = node
  }

  /// Finds what precedes `key` on each level; goes on from the last cell inserted when the key is behind it.
  ///
  /// A row arrives as a run of adjacent cells, mostly in order: then only the lowest level is looked at.
  private func findSplice(_ row: UInt32, _ key: UnsafeRawBufferPointer) {
    var level = Self.heightMax - 1
    var links = Int(row)
    if splice.row == row, splice.lastCell != 0,
      unsafe compareBytes(cellKey(splice.lastCell), key) < 0
    {
      level = 0
      while level < Self.heightMax - 1 {
        let next = unsafe Links.load(base, splice.cellPredecessors[level] + level * 4)
        if unsafe next == 0 || compareBytes(cellKey(next), key) >= 0 { break }
        level += 1
      }
      if level == 0 { return }
      links = splice.cellPredecessors[level]
    }
    splice.row = row
    while level >= 0 {
      let next = unsafe Links.load(base, links + level * 4)
      if next != 0, unsafe compareBytes(cellKey(next), key) < 0 {
        links = Int(next) + Self.cellLinksOffset
      } else {
        splice.cellPredecessors[level] = links
        level -= 1
      }
    }
  }
}

/// Where the last insertion went: the links before it, on each level.
struct CellSplice {
  var row: UInt32 = 0
  var lastCell: UInt32 = 0
  var rowPredecessors: [12 of Int] = .init(repeating: 0)
  var cellPredecessors: [12 of Int] = .init(repeating: 0)
}

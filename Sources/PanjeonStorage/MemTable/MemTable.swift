// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The newest writes of a locality group, in memory, in order.
///
/// Row-grouped: a skiplist of rows, and for each row a skiplist of its cells, so that a row's key is stored and
/// searched for once however many cells it has, and a row of 100,000 cells is as quick to search as any. A hash
/// index finds a row for point reads. Skiplists after Pugh (1990, doi:10.1145/78973.78977), without removal.
///
/// **One writer at a time** (the sequencer's lock sees to it), any number of readers beside it without locks.
/// Layout in the arena; offsets in bytes:
///
///     row  = cells-head(12 × 4) key-length(4) height(4) next(height × 4) key
///     cell = key-length(4) value-length(4) next(height × 4) key value     ; height before the lengths
///
@safe package final class MemTable: @unchecked Sendable {
  // Unchecked: the arena's bytes are written by the one writer; what readers see has been released by a link.

  static let heightMax = 12
  static let rowKeyLengthOffset = heightMax * 4
  static let rowLinksOffset = heightMax * 4 + 8
  static let cellLinksOffset = 8

  /// What a cell takes beyond its key and value, at the most.
  package static let cellOverheadBytesMax = 8 + heightMax * 4 + 8

  /// What a row takes beyond its key, at the most.
  package static let rowOverheadBytesMax = rowLinksOffset + heightMax * 4 + 8

  /// A memtable that holds so much will be filled, and takes its memory by huge pages from then on.
  private static let smallPagesBytesMax = 512 << 10

  let arena: Arena
  let base: UnsafeMutableRawPointer
  let rowHead: Int
  private let index: RowIndex
  private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var rowHeight = 1
  var splice = CellSplice()
  private let counts = (
    cells: AtomicNumber(0), deletes: AtomicNumber(0), smallest: AtomicNumber(.max),
    largest: AtomicNumber(0)
  )

  /// Creates an empty memtable.
  ///
  /// - Parameters:
  ///   - capacityBytes: What it may hold, its own overhead included.
  ///   - pool: Where its memory goes afterwards.
  ///   - recycles: Whether it may take the memory of one before, which is right for one that will be filled.
  package init(capacityBytes: Int, pool: ArenaPool? = nil, recycles: Bool = false) {
    let indexBytes = RowIndex.bytes(for: capacityBytes)
    arena = Arena(
      capacity: capacityBytes + indexBytes + 256,
      smallPagesBytes: indexBytes + Self.smallPagesBytesMax, pool: pool, recycles: recycles)
    unsafe base = unsafe arena.base
    index = RowIndex(in: arena, capacityBytes: capacityBytes)
    rowHead = Int(arena.allocate(Self.heightMax * 4))
    arena.clearUsed()
  }

  package var bytesUsed: Int { arena.used }

  /// Whether it is in the memory of one before.
  package var isRecycled: Bool { arena.isRecycled }
  package var cellCount: UInt64 { counts.cells.value }
  package var deleteCount: UInt64 { counts.deletes.value }
  package var isEmpty: Bool { cellCount == 0 }

  /// The sequences of the cells, from the least to the greatest.
  package var smallestSequence: UInt64 { counts.smallest.value }
  package var largestSequence: UInt64 { counts.largest.value }

  /// Whether cells that take so many bytes fit.
  package func canInsert(bytes: Int) -> Bool {
    arena.used + bytes + 64 <= arena.capacity
  }

  /// Inserts a cell; its key must not be there yet.
  package func insert(
    row: UnsafeRawBufferPointer, rowHash: UInt64, key: UnsafeRawBufferPointer,
    value: UnsafeRawBufferPointer
  ) {
    unsafe insert(row: row, rowHash: rowHash) { insert in unsafe insert(key, value) }
  }

  /// Inserts cells of a row: those that `cells` hands to what it is given; their keys must not be there yet.
  ///
  /// The row is looked for once, and what is counted is counted once.
  package func insert(
    row: UnsafeRawBufferPointer, rowHash: UInt64,
    cells: (_ insert: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void)
      -> Void
  ) {
    let rowNode = unsafe findOrInsertRow(row, rowHash)
    var (inserted, deletes, smallest, largest) = (0 as UInt64, 0 as UInt64, UInt64.max, 0 as UInt64)
    unsafe cells { key, value in
      unsafe insertCell(rowNode, key, value)
      let sequence = unsafe CellKey.sequence(key)
      smallest = min(smallest, sequence)
      largest = max(largest, sequence)
      if unsafe !CellKind.isPut(CellKey.kind(key)) { deletes += 1 }
      inserted += 1
    }
    counts.largest.raise(to: largest)
    if smallest < counts.smallest.value { counts.smallest.store(smallest) }
    if deletes > 0 { counts.deletes.add(deletes) }
    counts.cells.add(inserted)
  }

  package func makeCursor() -> MemTableCursor {
    MemTableCursor(self)
  }

  /// A cursor that need not look for the row; nil when the row has no cells here.
  package func makeCursor(rowHash: UInt64, row: UnsafeRawBufferPointer) -> MemTableCursor? {
    let node = unsafe findRow(row, rowHash)
    return node == 0 ? nil : MemTableCursor(self, near: node)
  }
}

// MARK: - Rows

extension MemTable {
  /// The row's node, or zero.
  func findRow(_ row: UnsafeRawBufferPointer, _ rowHash: UInt64) -> UInt32 {
    switch index.find(rowHash, matches: { node in unsafe compareBytes(rowKey(node), row) == 0 }) {
    case .found(let node): return node
    case .absent: return 0
    case .unknown:
      let node = unsafe firstRow(atOrAfter: row)
      return unsafe node != 0 && compareBytes(rowKey(node), row) == 0 ? node : 0
    }
  }

  /// The first row whose key is not less than `row`, or zero.
  func firstRow(atOrAfter row: UnsafeRawBufferPointer) -> UInt32 {
    var links = rowHead
    var level = Self.heightMax - 1
    while true {
      let next = unsafe Links.load(base, links + level * 4)
      prefetchRow(links, below: level)
      if next != 0, unsafe compareBytes(rowKey(next), row) < 0 {
        links = Int(next) + Self.rowLinksOffset
      } else if level == 0 {
        return next
      } else {
        level -= 1
      }
    }
  }

  /// Asks for the row that a search comes to if it goes down a level, as most steps do, while it waits for the one on this level.
  @inline(always)
  private func prefetchRow(_ links: Int, below level: Int) {
    if level == 0 { return }
    let row = unsafe base + Int(Links.load(base, links + (level - 1) * 4))
    // Its lengths, and its key: two lines, wherever they begin, for most heights and keys.
    unsafe Prefetch.line(at: row + Self.rowKeyLengthOffset)
    unsafe Prefetch.line(at: row + Self.rowKeyLengthOffset + Prefetch.lineBytes - 16)
  }

  /// The last row whose key is less than `row` (with nil, the last of all), or zero.
  func lastRow(before row: UnsafeRawBufferPointer?) -> UInt32 {
    var links = rowHead
    var node: UInt32 = 0
    var level = Self.heightMax - 1
    while level >= 0 {
      let next = unsafe Links.load(base, links + level * 4)
      if next != 0, unsafe row.map({ unsafe compareBytes(rowKey(next), $0) < 0 }) ?? true {
        node = next
        links = Int(next) + Self.rowLinksOffset
      } else {
        level -= 1
      }
    }
    return node
  }

  func firstRow() -> UInt32 { unsafe Links.load(base, rowHead) }

  func rowAfter(_ node: UInt32) -> UInt32 {
    unsafe Links.load(base, Int(node) + Self.rowLinksOffset)
  }

  func rowKey(_ node: UInt32) -> UnsafeRawBufferPointer {
    let header = unsafe base + Int(node)
    let length = unsafe Int(header.load(fromByteOffset: Self.rowKeyLengthOffset, as: UInt32.self))
    let height = unsafe Int(
      header.load(fromByteOffset: Self.rowKeyLengthOffset + 4, as: UInt32.self))
    return unsafe UnsafeRawBufferPointer(
      start: header + Self.rowLinksOffset + height * 4, count: length)
  }

  /// The row's node; if the row was not there, it is linked now, and has no cell yet.
  ///
  /// The first half of an insertion: readers may see what lies between both.
  @discardableResult
  package func findOrInsertRow(_ row: UnsafeRawBufferPointer, _ rowHash: UInt64) -> UInt32 {
    if splice.row != 0, unsafe compareBytes(rowKey(splice.row), row) == 0 { return splice.row }
    let found = unsafe findRow(row, rowHash)
    if found != 0 { return found }
    let height = randomHeight()
    let node = arena.allocate(Self.rowLinksOffset + height * 4 + row.count)
    let header = unsafe base + Int(node)
    unsafe header.initializeMemory(as: UInt8.self, repeating: 0, count: Self.rowKeyLengthOffset)
    unsafe header.storeBytes(
      of: UInt32(row.count), toByteOffset: Self.rowKeyLengthOffset, as: UInt32.self)
    unsafe header.storeBytes(
      of: UInt32(height), toByteOffset: Self.rowKeyLengthOffset + 4, as: UInt32.self)
    unsafe UnsafeMutableRawBufferPointer(
      start: header + Self.rowLinksOffset + height * 4, count: row.count
    ).copyMemory(from: row)
    unsafe linkRow(node, height: height, row)
    index.insert(rowHash, node)
    return node
  }

  private func linkRow(_ node: UInt32, height: Int, _ row: UnsafeRawBufferPointer) {
    var links = rowHead
    var level = Self.heightMax - 1
    while level >= 0 {
      let next = unsafe Links.load(base, links + level * 4)
      prefetchRow(links, below: level)
      if next != 0, unsafe compareBytes(rowKey(next), row) < 0 {
        links = Int(next) + Self.rowLinksOffset
        continue
      }
      if level < height {
        unsafe Links.store(base, Int(node) + Self.rowLinksOffset + level * 4, next)
        splice.rowPredecessors[level] = links
      }
      level -= 1
    }
    for level in 0..<height {
      unsafe Links.store(base, splice.rowPredecessors[level] + level * 4, node)
    }
  }

  /// One with probability 3/4, two with 3/16, and so on.
  func randomHeight() -> Int {
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    var bits = random
    var height = 1
    while height < Self.heightMax, bits & 3 == 0 {
      height += 1
      bits >>= 2
    }
    return height
  }
}

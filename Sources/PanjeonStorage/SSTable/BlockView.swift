// SPDX-License-Identifier: Apache-2.0

/// The verified bytes of a ``Block``, which must outlive the view: where its rows and cells are.
@safe struct BlockView {
  let base: UnsafeRawPointer
  /// Where the rows end, and their offsets begin.
  let rowsEnd: Int

  @inline(always)
  init(base: UnsafeRawPointer, byteCount: Int, rowCount: Int) {
    unsafe self.base = unsafe base
    rowsEnd = byteCount - 8 - rowCount * 4
  }

  /// Where the entry of a row begins.
  @inline(always)
  func rowOffset(_ index: Int) -> Int {
    unsafe Int(
      base.loadUnaligned(fromByteOffset: rowsEnd + index * 4, as: UInt32.self).littleEndian)
  }

  @inline(always)
  func key(ofRow index: Int) -> UnsafeRawBufferPointer {
    unsafe row(at: rowOffset(index)).key
  }

  /// The key of the row whose entry begins at `offset`, and where its cell count stands.
  @inline(always)
  func row(at offset: Int) -> (key: UnsafeRawBufferPointer, countOffset: Int) {
    var cursor = offset
    let length = varint(&cursor)
    return unsafe (UnsafeRawBufferPointer(start: base + cursor, count: length), cursor + length)
  }

  /// How many cells the row has whose cell count stands at `offset`.
  @inline(always)
  func cellCount(at offset: Int) -> Int {
    unsafe Int(base.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian)
  }

  /// Reads a varint, and moves the offset behind it.
  @inline(always)
  func varint(_ offset: inout Int) -> Int { unsafe Self.varint(base, &offset) }

  /// Reads a varint of what begins at `base`, and moves the offset behind it.
  @inline(always)
  static func varint(_ base: UnsafeRawPointer, _ offset: inout Int) -> Int {
    let first = unsafe base.load(fromByteOffset: offset, as: UInt8.self)
    offset += 1
    if first < 0x80 { return Int(first) }
    var value = Int(first & 0x7F)
    var shift = 7
    while true {
      let byte = unsafe base.load(fromByteOffset: offset, as: UInt8.self)
      offset += 1
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }
}

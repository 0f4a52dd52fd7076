// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The runs of a row's cells from all that hold some, a few.
package struct CellRuns {
  package init() {}

  /// How many runs there may be, and how many cells of a memtable.
  static let runsMax = 6
  static let memtableCellsMax = 64

  private var runs: InlineArray<6, CellRun?> = .init(repeating: nil)
  private(set) var count = 0
  /// How many cells they have, and no fewer bytes than qualifiers and values have together.
  private(set) var cellCount = 0
  private(set) var bytesMax = 0

  /// Appends a run; false when there are too many.
  mutating func append(_ run: CellRun, bytesMax: Int) -> Bool {
    if count == Self.runsMax { return false }
    runs[count] = run
    count += 1
    cellCount += run.count
    self.bytesMax += bytesMax
    return true
  }

  /// The cells as the block has them, if they are all in one.
  var onlyBlockBytes: UnsafeRawBufferPointer? {
    guard count == 1, let run = runs[0], let entry = unsafe run.entry,
      let key = unsafe run.key.baseAddress
    else { return nil }
    return unsafe UnsafeRawBufferPointer(start: entry, count: key - entry + bytesMax)
  }

  /// Goes through the cells in order; to be called once, since it uses the runs up.
  ///
  /// The run whose cell comes first is followed until it passes the first cell of the others, so that one of many cells costs a comparison
  /// for each, however many runs there are.
  ///
  /// - Parameter body: Gets key and value, which stay where they are as long as the runs are valid; false: it has seen enough.
  /// - Throws: What `body` throws.
  @inline(always)
  package mutating func forEach<Failure>(
    _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Failure) -> Bool
  ) throws(Failure) {
    next: while var run = runs[0] {
      var leading = 0
      var bound: UnsafeRawBufferPointer?
      for index in 1..<max(1, count) {
        guard let other = runs[index] else { break }
        if unsafe CellKey.isBefore(other.key, run.key) {
          unsafe bound = unsafe run.key
          (leading, run) = (index, other)
        } else if let known = unsafe bound {
          if unsafe CellKey.isBefore(other.key, known) { unsafe bound = unsafe other.key }
        } else {
          unsafe bound = unsafe other.key
        }
      }
      repeat {
        guard try unsafe body(run.key, run.value) else { return }
        guard run.advance() else {
          remove(leading)
          continue next
        }
      } while unsafe bound.map { unsafe CellKey.isBefore(run.key, $0) } ?? true
      runs[leading] = run
    }
  }

  private mutating func remove(_ index: Int) {
    count -= 1
    runs[index] = runs[count]
    runs[count] = nil
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A part of the row cache, guarded by its lock.
struct RowCacheShard {
  /// Writes of how many kinds of rows are told apart, by the last bits of their hashes.
  private static let fieldCount = 64

  /// A row so large that fewer would fill a shard is not kept.
  private static let rowsMin = 8

  private var rows = CacheShard<CachedRow>()
  private let bytesMax: Int

  /// For each kind of rows the last sequence at which one was written.
  private var writtenAt = [UInt64](repeating: 0, count: fieldCount)

  /// The rows that were asked for of late and not found, each where its hash says: the bits of its hash, and in the last bit whether it was more than once.
  private var asked: [UInt32]

  private(set) var misses: UInt64 = 0

  init(bytesMax: Int) {
    self.bytesMax = bytesMax
    asked = [UInt32](repeating: 0, count: Self.askedCount(bytesMax))
  }

  /// What a shard takes without any row.
  static func fixedBytes(bytesMax: Int) -> Int { askedCount(bytesMax) * 4 }

  /// Some for each row that there is room for, if rows are of about 1 KiB.
  private static func askedCount(_ bytesMax: Int) -> Int {
    var count = 256
    while count < bytesMax >> 9, count < 1 << 16 { count <<= 1 }
    return count
  }

  var bytes: Int { rows.bytes }
  var hits: UInt64 { rows.hits }

  mutating func removeAll() { rows.removeAll() }

  mutating func find(_ key: RowCache.Key, at sequence: UInt64) -> RowCache.Answer {
    if let row = rows.find(key.place), row.answers(key, at: sequence) {
      rows.hits += 1
      return .row(row.result)
    }
    misses += 1
    return .miss(isWanted: ask(key.place))
  }

  /// Notes that a row has been asked for; returns whether it had been before.
  private mutating func ask(_ place: CachePlace) -> Bool {
    let (index, mark) = mark(place)
    let isKnown = asked[index] | 1 == mark | 1
    asked[index] = isKnown ? mark | 1 : mark
    return isKnown
  }

  /// Whether a row that was asked for had been before.
  func isWanted(_ place: CachePlace) -> Bool {
    let (index, mark) = mark(place)
    return asked[index] == mark | 1
  }

  private func mark(_ place: CachePlace) -> (index: Int, mark: UInt32) {
    (Int(place.hash >> 28) & (asked.count - 1), UInt32(truncatingIfNeeded: place.hash) & ~1)
  }

  mutating func insert(_ row: CachedRow, at place: CachePlace) {
    if writtenAt[Self.field(place)] > row.from || row.cacheCost > bytesMax / Self.rowsMin { return }
    // One that is there is of another row, another schema, or of later: this one was wanted and did not find it.
    rows.remove(place)
    rows.insert(row, at: place, bytesMax: bytesMax)
  }

  /// Brings a row up to date with what a commit has written of it, or removes it.
  mutating func write(
    _ row: Bytes, at place: CachePlace, writtenAt sequence: UInt64, _ cells: PlacedCells
  ) {
    writtenAt[Self.field(place)] = max(writtenAt[Self.field(place)], sequence)
    guard let cached = rows.peek(place) else { return }
    let before = cached.cacheCost
    let isApplied = cached.isOf(row) && cached.apply(cells, writtenAt: sequence)
    let isKept = isApplied && cached.cacheCost <= bytesMax / Self.rowsMin
    rows.note(grownBy: cached.cacheCost - before, bytesMax: isKept ? bytesMax : .max)
    if !isKept { rows.remove(place) }
  }

  mutating func removeAll(ofRegion region: UInt64, writtenAt sequence: UInt64) {
    for field in writtenAt.indices { writtenAt[field] = max(writtenAt[field], sequence) }
    rows.erase(owner: region)
  }

  /// By the row alone, as its shard.
  private static func field(_ place: CachePlace) -> Int {
    Int(truncatingIfNeeded: place.key >> 22) & (fieldCount - 1)
  }
}

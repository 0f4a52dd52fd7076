// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

extension CellModel {
  /// Makes cursors over one of several sources.
  typealias Source = (ReadMode) -> CellCursor

  /// The cells dealt out to at most so many memtables and SSTables: some rows lie in one source alone, some in all.
  func dealtOut(_ random: inout SplitMix64, sourcesMax: Int) throws -> [Source] {
    let sourceCount = 1 + random.below(sourcesMax)
    var parts = [CellModel](repeating: CellModel(), count: sourceCount)
    for row in rows {
      let only = random.chance(0.5) ? random.below(sourceCount) : nil
      for entry in entries where entry.row == row {
        parts[only ?? random.below(sourceCount)].append(entry)
      }
    }
    let disk = InMemoryFileSystem()
    let cache = BlockCache(budget: MemoryBudget(totalBytes: 64 << 20))
    return try parts.filter { !$0.entries.isEmpty }.enumerated().map { number, part in
      if random.chance(0.3) { return part.memtable(&random) }
      return try part.table(UInt64(number + 1), disk, cache, &random)
    }
  }

  private func memtable(_ random: inout SplitMix64) -> Source {
    let table = MemTable(capacityBytes: 1 << 20)
    for entry in entries.shuffled(using: &random) {
      entry.row.withUnsafeBytes { row in
        entry.key.withUnsafeBytes { key in
          entry.value.withUnsafeBytes {
            table.insert(row: row, rowHash: RowHash.hash(row), key: key, value: $0)
          }
        }
      }
    }
    return { _ in table.makeCursor() }
  }

  private func table(
    _ number: UInt64, _ disk: InMemoryFileSystem, _ cache: BlockCache, _ random: inout SplitMix64
  ) throws -> Source {
    let options = TableOptions(
      blockBytes: [1, 100, 700, 16 << 10][random.below(4)], regionID: 1, localityGroup: 0)
    let isPart = random.chance(0.4)
    let whole = isPart ? amongOthers : self
    _ = try TestTable.write(whole, to: "/\(number)", disk, options: options)
    let table = try TestTable.open("/\(number)", disk, number: number, cache: cache)
    if !isPart { return { table.makeCursor($0) } }
    let last = entries[entries.count - 1].row
    let part = Table(table.file, bounds: KeyRange(from: entries[0].row, to: last.successor))
    return { part.makeCursor($0) }
  }

  /// The cells between rows that are not theirs.
  private var amongOthers: CellModel {
    var model = CellModel()
    let (first, last) = (entries[0], entries[entries.count - 1])
    if !first.row.isEmpty { model.append(Entry(row: Bytes(), key: first.key, value: first.value)) }
    for entry in entries { model.append(entry) }
    let behind = Bytes(Array(last.row) + [0, 1])
    model.append(Entry(row: behind, key: last.key, value: last.value))
    return model
  }
}

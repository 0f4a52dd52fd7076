// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

/// SSTables in memory, for tests.
enum TestTable {
  static func write(
    _ model: CellModel, to path: String, _ disk: InMemoryFileSystem, options: TableOptions
  ) throws -> TableProperties {
    let builder = TableBuilder(file: try disk.open(path, .createNew), options: options)
    for entry in model.entries {
      try entry.row.withRawBytes { (row) throws(StoreError) in
        try entry.key.withRawBytes { (key) throws(StoreError) in
          try entry.value.withRawBytes { (value) throws(StoreError) in
            try builder.add(row: row, key: key, value: value)
          }
        }
      }
    }
    return try builder.finish()
  }

  static func open(
    _ path: String, _ disk: InMemoryFileSystem, number: UInt64 = 1,
    cache: BlockCache = BlockCache(budget: MemoryBudget(totalBytes: 1 << 20))
  ) throws -> Table {
    Table(try TableFile.open(file: try disk.open(path, .read), number: number, cache: cache))
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import WideColumn

extension CrashWorkload {
  /// Draws rows to ingest into a table: in order, some cells of each.
  mutating func nextRows() -> [Put] {
    let rows = (0..<12).map(TestStore.row).sorted().filter { _ in random.chance(0.5) }
    return rows.map { row in
      var put = Put(row)
      for number in 0..<4 where random.chance(0.6) {
        put.add(
          family: random.chance(0.5) ? "data" : "other", qualifier: Bytes(utf8: "q\(number)"),
          value: Bytes((0..<random.below(80)).map { _ in UInt8(random.below(256)) }))
      }
      if put.rowMutations.mutations.isEmpty {
        put.add(family: "data", qualifier: "q0", value: "only")
      }
      return put
    }
  }

  /// Ingests rows, as one write of the trace.
  mutating func ingest(_ store: EmbeddedStore) async throws {
    let table = Self.tables[random.below(2)]
    let puts = nextRows()
    var batch = AtomicBatch()
    batch.operations = puts.map {
      BatchOperation(table: table, operation: CheckAndMutate([], $0.rowMutations))
    }
    let written = batch
    oracle.record { Self.apply(written, to: &$0) }
    let number = oracle.count
    progress.counts.withLock { $0.begun = number }
    _ = try await store.ingest(into: table) { writer in
      for put in puts { try await writer.append(put) }
    }
    progress.counts.withLock { counts in
      counts.onDisk = number
      counts.inSystem = number
    }
  }
}

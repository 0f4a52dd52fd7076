// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import WideColumn

/// What tests of the log's hands do to a store, and wait for.
extension EmbeddedStore {
  /// Puts one cell into row `number` of the test table.
  func put(_ number: Int, _ durability: Durability) async throws {
    try await mutate(
      RowMutations(
        TestStore.row(number),
        [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: "v")]),
      in: "t", durability: durability)
  }

  /// Waits until the sequencer's state is as a test needs it.
  func wait(for condition: (inout SequencerState) -> Bool) async throws {
    while !pipeline.monitor.withLock(condition) {
      try await Task.sleep(for: .milliseconds(1))
    }
  }
}

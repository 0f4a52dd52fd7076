// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

/// A removal of many rows at once: on the disk when it returns, with all that came before.
enum RowRemoval: Equatable, Sendable {
  case truncate(String, keepsRegions: Bool)
  case range(KeyRange, of: String)
  /// The table goes with its rows; see ``recreate(on:)``.
  case drop(String)

  /// Draws a removal from one of the workload's tables.
  static func draw(_ random: inout SplitMix64) -> RowRemoval {
    let table = CrashWorkload.tables[random.below(2)]
    switch random.below(4) {
    case 0: return .truncate(table, keepsRegions: random.chance(0.7))
    case 1: return .drop(table)
    default:
      let bounds = [random.below(12), random.below(12)].map(TestStore.row).sorted()
      return .range(
        KeyRange(from: bounds[0], to: random.chance(0.2) ? nil : bounds[1].successor), of: table)
    }
  }

  /// Does it to the model.
  func apply(to contents: inout Contents) {
    contents = contents.filter { name, _ in
      switch self {
      case .truncate(let table, _), .drop(let table): name.family != table
      case .range(let rows, let table): name.family != table || !rows.contains(name.qualifier)
      }
    }
  }

  /// Does it to a store.
  func perform(on store: EmbeddedStore) async throws {
    switch self {
    case .truncate(let table, let keepsRegions):
      try await store.truncateTable(table, keepsRegions: keepsRegions)
    case .range(let rows, let table): try await store.deleteRows(in: rows, of: table)
    case .drop(let table): try await store.dropTable(table)
    }
  }

  /// Creates the dropped table again, if it is one.
  func recreate(on store: EmbeddedStore) async throws {
    guard case .drop(let table) = self else { return }
    var schema = TestStore.schema
    schema.name = table
    try await store.createTable(schema)
  }
}

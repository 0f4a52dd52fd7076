// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
internal import WideColumn

/// A change of the data that is made once for each store, when it is opened by a program that has it.
///
/// Migrations are named and ordered: those that a store has not seen are run one after another. New ones go to the end of the list.
public struct Migration<Store: AtomicBatchStore>: Sendable {
  enum Body: Sendable {
    case transaction(@Sendable (inout Transaction<Store>) async throws -> Void)
    case pieces(@Sendable (Datastore<Store>) async throws -> Void)
  }

  /// The name, by which the store knows that it was run; it never changes.
  public let name: String
  let body: Body

  /// A migration that fits in one transaction: it is made, and its name remembered, in one step.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - body: What to do; may run again after a conflict, like the body of every transaction.
  /// - Returns: The migration.
  public static func inOneTransaction(
    _ name: String, _ body: @escaping @Sendable (inout Transaction<Store>) async throws -> Void
  ) -> Migration {
    Migration(name: name, body: .transaction(body))
  }

  /// A migration of any size, in transactions of its own.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - body: What to do. Cut off, **it begins again** when the store is opened next: what it has done already it must find done.
  /// - Returns: The migration.
  public static func inPieces(
    _ name: String, _ body: @escaping @Sendable (Datastore<Store>) async throws -> Void
  ) -> Migration {
    Migration(name: name, body: .pieces(body))
  }
}

extension Datastore {
  /// The names of migrations that were run, with when, in microseconds since the Unix epoch.
  public func migrationsRun() async throws -> [String: Int64] {
    try await withSnapshot { snapshot in
      let row = try await snapshot.get(Get(CatalogTable.migrations), in: CatalogTable.name)
      return try Self.marks(row).mapValues(\.microseconds)
    }
  }

  private static func marks(_ row: RowResult?) throws -> [String: MigrationMark] {
    var marks: [String: MigrationMark] = [:]
    for cell in row.map(Array.init) ?? [] {
      guard let name = cell.column.qualifier.utf8String else { continue }
      marks[name] = try Stored.decode(
        MigrationMark.self, from: cell.value, at: migrationKey(name))
    }
    return marks
  }

  private static func migrationKey(_ name: String) -> AnyKey {
    AnyKey(table: CatalogTable.name, row: CatalogTable.migrations, qualifier: Bytes(utf8: name))
  }

  /// Runs those that were not run.
  ///
  /// Throws `migrationOrder`, and what they throw.
  func run(_ migrations: [Migration<Store>]) async throws {
    guard Set(migrations.map(\.name)).count == migrations.count else {
      throw DatastoreError(.migrationOrder, "two migrations have the same name")
    }
    let done = Set(try await migrationsRun().keys)
    if let last = migrations.lastIndex(where: { done.contains($0.name) }),
      let late = migrations[..<last].first(where: { !done.contains($0.name) })
    {
      throw DatastoreError(
        .migrationOrder,
        "the migration '\(late.name)' stands before '\(migrations[last].name)', which was run "
          + "without it; add new ones at the end")
    }
    for (place, migration) in migrations.enumerated() where !done.contains(migration.name) {
      let mark = MigrationMark(
        microseconds: transactions.timeSource.presentMicroseconds(), place: place)
      let stored = try RecordEncoder().encode(mark)
      let key = Self.migrationKey(migration.name)
      switch migration.body {
      case .pieces(let body):
        try await body(self)
        try await withTransaction { transaction in try transaction.putEntry(stored, at: key) }
      case .transaction(let body):
        try await withTransaction { transaction in
          // Run by another opening, meanwhile.
          if try await transaction.storedValues([key])[0] != nil { return }
          try await body(&transaction)
          try transaction.putEntry(stored, at: key)
        }
      }
    }
  }
}

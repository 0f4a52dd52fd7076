// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Database {
  /// Opens the datastore of this database, and creates the tables that are missing.
  ///
  /// - Parameters:
  ///   - schema: The types, as the program knows them.
  ///   - migrations: What is to be run once for each database, in order.
  ///   - regions: Into how many regions a new table of roots is cut, 1 to 65,536, for roots with random ids (``RandomID/splitPoints(regions:)``); by default one.
  ///   - options: Sizes and times.
  /// - Returns: The datastore, when all migrations have been run.
  /// - Throws: As ``Datastore/open(_:on:migrations:options:)``, and as ``createTable(_:)``.
  public func openDatastore(
    _ schema: DatastoreSchema, migrations: [Migration<EmbeddedStore>] = [], regions: Int = 1,
    options: DatastoreOptions = DatastoreOptions()
  ) async throws -> Datastore<EmbeddedStore> {
    try schema.validate()
    let known = Set(try await tables().map(\.name))
    let roots = Set(schema.roots.compactMap(\.type.table))
    for table in schema.tables where !known.contains(table.name) {
      let points =
        roots.contains(table.name) ? RandomID.splitPoints(regions: regions) : []
      do {
        try await createTable(table, splitAt: points)
      } catch {
        // By another opening, meanwhile.
        guard error.code == .tableExists else { throw error }
      }
    }
    return try await Datastore.open(
      schema, on: transactions, migrations: migrations, options: options)
  }
}

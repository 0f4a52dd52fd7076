// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Datastore {
  /// Checks that metadata counts what there is, that ready indexes have the entries they should, that everything can be decoded, and that the large values records refer to are
  /// kept for them.
  ///
  /// Each row is looked at, with the entries of its objects, as it is at one moment. Without a snapshot these moments follow one another, each for some thousand cells, so that it may take
  /// longer than the store keeps a snapshot, and a store without snapshots can be checked while others write. A **row** of which the reads take longer than that, or are
  /// overtaken again and again, ends it.
  ///
  /// - Parameters:
  ///   - tables: Those to look at; nil: all of the schema.
  ///   - snapshot: The moment to look at, of this datastore, where other things are looked at as well; nil: the present.
  /// - Returns: What was found.
  /// - Throws: Errors of the store; among them `snapshotTooOld`, with a snapshot when all takes longer than the store keeps it (`StoreConfiguration.snapshotAgeMax`), without
  ///   when a row does; `retriesExhausted` and `deadlineExceeded` of a row that is overtaken too often. What is stored wrongly is a finding, no error.
  /// - Complexity: Reads everything, in constant memory for each collection; looks up each entry.
  public func verify(
    tables: Set<String>? = nil, at snapshot: DatastoreSnapshot<Store>? = nil
  ) async throws -> DatastoreReport {
    let names = Set(schema.declarations.compactMap(\.type.table)).sorted()
      .filter { tables?.contains($0) ?? true }
    guard let snapshot else { return try await verify(names, andReferences: tables == nil) }
    var verifier = try await DatastoreVerifier(snapshot: snapshot, state: state)
    for table in names { _ = try await verifier.verify(table) }
    if tables == nil { try await verifier.verifyReferences() }
    return verifier.report
  }

  private func verify(
    _ tables: [String], andReferences: Bool
  ) async throws -> DatastoreReport {
    var verifier = try await DatastoreVerifier(snapshot: try snapshot(), state: state)
    try await look(&verifier, at: tables.map { ($0, .all) })
    guard andReferences else { return verifier.report }
    return try await withSnapshot { [verifier] snapshot in
      var verifier = verifier
      verifier.snapshot = snapshot
      try await verifier.verifyReferences()
      return verifier.report
    }
  }

  /// Checks one index: that it has the entries it should, and no others.
  ///
  /// As ``verify(tables:at:)`` without a snapshot, but that nothing is read beside the objects of its type and its entries; metadata is not counted.
  ///
  /// - Parameter index: The index.
  /// - Returns: What was found.
  /// - Throws: `undeclared`; `indexNotReady` when it has not been built; errors of the store.
  public func verify<R: Record, Value>(_ index: Index<R, Value>) async throws -> DatastoreReport {
    let (type, definition) = (R.objectType.any, index.definition)
    try state.requireReady(definition.type)
    guard let objects = type.table ?? state.tableOfRoot(above: type.number) else {
      return DatastoreReport()
    }
    let number = definition.type.number
    var verifier = try await DatastoreVerifier(snapshot: try snapshot(), state: state, only: number)
    try await look(
      &verifier,
      at: [
        (objects, .prefix(AnyObjectType.prefix(type.number))),
        (definition.scope.table ?? objects, .prefix(AnyObjectType.prefix(number))),
      ])
    return verifier.report
  }

  /// How many cells of rows are looked at at one moment, and then the rest of the last row.
  private static var cellsPerMoment: Int { 1024 }

  /// Looks at parts of tables at moments that follow one another.
  private func look(
    _ verifier: inout DatastoreVerifier<Store>, at parts: [(table: String, qualifiers: KeyRange)]
  ) async throws {
    for part in parts {
      var next: RowKey? = RowKey()
      while let row = next {
        (verifier, next) = try await withSnapshot { [verifier] snapshot in
          // Begun again at a newer moment, with nothing of the one that was overtaken.
          var verifier = verifier
          verifier.snapshot = snapshot
          let next = try await verifier.verify(
            part.table, part.qualifiers, from: row, cellsMax: Self.cellsPerMoment)
          return (verifier, next)
        }
      }
    }
  }
}

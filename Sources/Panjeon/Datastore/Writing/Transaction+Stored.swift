// SPDX-License-Identifier: Apache-2.0

package import PanjeonTransactions
package import WideColumn

extension Transaction {
  /// Writes a record as the bytes it is stored as elsewhere, of whatever type its key says.
  ///
  /// What is stored is these bytes, whatever they would be if the record were encoded anew. Index entries, metadata and references to large values are kept in step; triggers that
  /// run before are not run, as they might change it.
  ///
  /// Throws `undeclared` where the schema has no place; `malformed` for what is no record of the type; and as ``put(_:at:)``.
  package mutating func putStored(_ stored: Bytes, at key: AnyKey) async throws {
    guard let node = try requireState().schema.node(of: key) else {
      throw DatastoreError(.undeclared, "the schema has no such place", key: key)
    }
    try await node.operations.putStored(stored, at: key, in: &self)
  }

  /// Writes a cell of the datastore's family as it is, with nothing that depends on it: what belongs to types that the schema does not know.
  ///
  /// Throws `tooLarge` and other errors of the transaction.
  package mutating func putUnknown(_ stored: Bytes, at key: AnyKey) throws {
    try putEntry(stored, at: key)
  }

  mutating func putStored<R: Record>(_ stored: Bytes, at key: Key<R>) async throws {
    let record = try Stored.decode(R.self, from: stored, at: key.any)
    try await write(record, as: stored, at: key, over: try await readStored(key.any))
  }
}

extension DatastoreSchema {
  /// Whether a number is that of one of its types.
  package func knowsType(_ number: Int) -> Bool { types[number] != nil }

  /// The large values that a stored object refers to; none of one that has no place here.
  ///
  /// Throws `malformed`.
  package func blobs(ofStored stored: Bytes, at key: AnyKey) throws -> [Blob] {
    try node(of: key)?.operations.blobs(ofStored: stored, at: key) ?? []
  }

  /// The numbers of its indexes.
  var indexNumbers: Set<Int> {
    Set(declarations.filter(\.isIndex).map(\.type.number))
  }

  /// Whether objects, or the metadata of a collection, are where the trees have them.
  package func hasPlace(for parts: KeyPathParts, in table: String) -> Bool {
    var nodes = roots.filter { $0.type.table == table }
    if parts.kind != .metadata, parts.steps.count == 1, parts.steps[0].id == nil {
      return nodes.contains { $0.type.number == parts.steps[0].typeNumber }
    }
    for step in parts.steps {
      nodes = nodes.flatMap(\.children).filter { $0.type.number == step.typeNumber }
    }
    return !nodes.isEmpty
  }
}

// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
internal import WideColumn

extension Transaction {
  /// Deletes a record and all that is below it, with their index entries; their triggers run, those of the lowest first.
  ///
  /// All in this transaction: a subtree of more than some thousand objects is better deleted in pieces
  /// (``Datastore/deleteSubtree(_:)``).
  ///
  /// - Parameter key: The record's key; it need not be there.
  /// - Returns: How many records there were.
  /// - Throws: `tooLarge`, and as ``delete(_:)``.
  @discardableResult
  public mutating func deleteSubtree<R: Record>(_ key: Key<R>) async throws -> Int {
    var deleted = try await deleteDescendants(of: key.any, objectsMax: .max).deleted
    if try await delete(key) { deleted += 1 }
    return deleted
  }

  /// Deletes what is below an object, the lowest first, and the metadata of its collections with the last of it.
  ///
  /// - Parameters:
  ///   - key: The object.
  ///   - objectsMax: How many to delete at the most.
  /// - Returns: How many were deleted, and whether that was all.
  /// - Throws: As the deletions.
  mutating func deleteDescendants(
    of key: AnyKey, objectsMax: Int
  ) async throws -> (deleted: Int, isAll: Bool) {
    let state = try requireState()
    guard let node = state.schema.node(of: key) else {
      throw DatastoreError(.undeclared, "the schema has no such place", key: key)
    }
    var deleted = 0
    // What is furthest down comes last in a walk from the top.
    for type in node.typesBelow.reversed() {
      let prefix = Bytes(CollectionKey(parent: key, typeNumber: type.type.number).prefix)
      let whole =
        key.isRoot
        ? KeyRange.prefix(prefix) : KeyRange(from: prefix, to: prefix.endOfComponent)
      var range = whole
      while true {
        let cells = try await cells(in: range, of: key.row, key.table, cellsMax: 256)
        for cell in cells {
          guard deleted < objectsMax else { return (deleted, false) }
          let place = AnyKey(table: key.table, row: key.row, qualifier: cell.qualifier)
          guard let parts = KeyPathParts(cell.qualifier) else {
            throw DatastoreError(.malformed, "a qualifier of no datastore", key: place)
          }
          if parts.kind == .metadata { continue }
          // Counted, lest a deletion in pieces leave counts that are wrong.
          if try await type.operations.delete(place, in: &self) { deleted += 1 }
        }
        guard cells.count == 256, let last = cells.last else { break }
        range.start = last.qualifier.successor
      }
      try await deleteMetadata(in: whole, of: key)
    }
    return (deleted, true)
  }

  /// Deletes the metadata that is left of collections without members.
  private mutating func deleteMetadata(in range: KeyRange, of key: AnyKey) async throws {
    let left = try await cells(in: range, of: key.row, key.table, cellsMax: .max)
    var mutations = RowMutations(key.row)
    for cell in left where KeyPathParts(cell.qualifier)?.kind == .metadata {
      mutations.delete(cell.qualifier)
    }
    if !mutations.mutations.isEmpty { try mutate(mutations, in: key.table) }
  }
}

extension SchemaNode {
  /// The places below this one, each type once, those above before those below.
  var typesBelow: [SchemaNode] {
    var found: [SchemaNode] = []
    for child in children {
      child.forEachBelow { node in
        found.removeAll { $0.type == node.type }
        found.append(node)
      }
    }
    return found
  }
}

// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
internal import WideColumn

extension Transaction {
  /// Deletes a record and all that is below it, with their index entries; their triggers run, those of the lowest first.
  ///
  /// All in this transaction: a subtree of more than some thousand objects is better deleted in pieces
  /// (``Datastore/deleteSubtree(_:)``). Objects of types that the schema does not know stay (<doc:SchemaEvolution>).
  ///
  /// - Parameter key: The record's key; it need not be there.
  /// - Returns: How many records there were.
  /// - Throws: `tooLarge`, and as ``delete(_:)``.
  @discardableResult
  public mutating func deleteSubtree<R: Record>(_ key: Key<R>) async throws -> Int {
    var deleted = try await deleteDescendants(
      of: key.any, objectsMax: .max, bytesMax: .max
    ).deleted
    if try await delete(key) { deleted += 1 }
    return deleted
  }

  /// Deletes what is below an object, the lowest first, and the metadata of its collections with the last of each.
  ///
  /// - Parameters:
  ///   - key: The object.
  ///   - objectsMax: How many to delete at the most.
  ///   - bytesMax: How many bytes of records to read, at about, as a deletion reads what it deletes; by default 4 MiB.
  /// - Returns: How many were deleted, and whether that was all.
  /// - Throws: As the deletions.
  package mutating func deleteDescendants(
    of key: AnyKey, objectsMax: Int, bytesMax: Int = 4 << 20
  ) async throws -> (deleted: Int, isAll: Bool) {
    let state = try requireState()
    guard let node = state.schema.node(of: key) else {
      throw DatastoreError(.undeclared, "the schema has no such place", key: key)
    }
    // What is furthest down comes last in a walk from the top.
    let types = Array(node.typesBelow.reversed())
    var total = 0
    for _ in 0...state.options.triggerDepthMax {
      var pass = DeletionPass(objectsLeft: objectsMax - total, bytesLeft: bytesMax)
      for type in types where !pass.isFull { try await deleteObjects(of: type, below: key, &pass) }
      total += pass.deleted
      if pass.isFull { return (total, false) }
      // Triggers may have put something where the walk had been.
      if pass.deleted == 0 || !types.contains(where: \.operations.hasTriggers) { break }
    }
    return (total, true)
  }

  /// Deletes the objects of a type below another one.
  private mutating func deleteObjects(
    of node: SchemaNode, below key: AnyKey, _ pass: inout DeletionPass
  ) async throws {
    let prefix = Bytes(CollectionKey(parent: key, typeNumber: node.type.number).prefix)
    var range =
      key.isRoot
      ? KeyRange.prefix(prefix) : KeyRange(from: prefix, to: prefix.endOfComponent)
    var collection: CollectionKey?
    while true {
      let cellsMax = pass.cellsMax
      let cells = try await cells(in: range, of: key.row, key.table, cellsMax: cellsMax)
      pass.countRead(cells)
      for cell in cells {
        let place = AnyKey(table: key.table, row: key.row, qualifier: cell.qualifier)
        guard let parts = KeyPathParts(cell.qualifier), parts.kind != .deletion else {
          throw DatastoreError(.malformed, "a qualifier of no datastore", key: place)
        }
        let own = CollectionKey(place, parts)
        if let collection, collection != own { try await forget(collection, &pass) }
        collection = own
        if pass.isFull { return }
        // Counted one by one, lest a deletion in pieces leave counts that are wrong.
        if parts.kind == .object, try await node.operations.delete(place, in: &self) {
          pass.deleted += 1
          pass.bytes += cell.value.count
        }
      }
      guard cells.count == cellsMax, let last = cells.last else { break }
      range.start = last.qualifier.successor
    }
    if let collection { try await forget(collection, &pass) }
  }

  /// Deletes the metadata of a collection that has no members any more.
  private mutating func forget(
    _ collection: CollectionKey, _ pass: inout DeletionPass
  ) async throws {
    guard try await metadata(of: collection).count == 0 else { return }
    pass.forgotten += 1
    var mutations = RowMutations(collection.row)
    mutations.delete(collection.metadata)
    try mutate(mutations, in: collection.table)
  }
}

/// How far a deletion has come.
private struct DeletionPass {
  let objectsLeft: Int
  let bytesLeft: Int
  var deleted = 0
  var bytes = 0
  /// How many collections have lost their metadata.
  var forgotten = 0

  /// How many cells are read at once: more as long as they are small.
  private(set) var cellsMax = 16

  var isFull: Bool {
    deleted >= objectsLeft || forgotten >= objectsLeft || bytes >= bytesLeft
  }

  init(objectsLeft: Int, bytesLeft: Int) {
    self.objectsLeft = objectsLeft
    self.bytesLeft = bytesLeft
  }

  mutating func countRead(_ cells: [FoundCell]) {
    let bytes = cells.reduce(0) { $0 + $1.value.count }
    cellsMax = bytes < 256 << 10 ? min(2 * cellsMax, 256) : 16
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

// SPDX-License-Identifier: Apache-2.0

extension DatastoreSchema {
  /// Every type and index, with the table it has.
  var declarations: [Declaration] {
    types.values.sorted { $0.type.number < $1.type.number }.flatMap { node in
      [Declaration(type: node.type, isIndex: false, version: 1)]
        + node.operations.indexes.map {
          Declaration(type: $0.type, isIndex: true, version: $0.version)
        }
    }
  }

  /// A type or an index.
  struct Declaration {
    var type: AnyObjectType
    var isIndex: Bool
    var version: Int
  }

  /// Refuses what cannot be told apart in a store.
  ///
  /// Throws `schemaConflict`.
  func validate() throws(DatastoreError) {
    var seen: [Int: AnyObjectType] = [:]
    var names: [String: Int] = [:]
    for type in declarations.map(\.type) {
      if let other = seen[type.number] {
        throw DatastoreError(
          .schemaConflict, "'\(other.name)' and '\(type.name)' both have number \(type.number)")
      }
      if let other = names[type.name] {
        throw DatastoreError(
          .schemaConflict, "\(other) and \(type.number) are both named '\(type.name)'")
      }
      if type.table == CatalogTable.name || type.table == BlobTable.name {
        throw DatastoreError(.schemaConflict, "'\(type.name)' is in the datastore's own table")
      }
      seen[type.number] = type
      names[type.name] = type.number
    }
    var conflict: DatastoreError?
    for root in roots {
      root.forEachBelow { node in
        guard let known = types[node.type.number], known.type != node.type else { return }
        conflict = DatastoreError(
          .schemaConflict,
          "'\(known.type.name)' and '\(node.type.name)' both have number \(node.type.number)")
      }
    }
    if let conflict { throw conflict }
    try validateScopes()
  }

  /// Refuses indexes that could not be kept.
  private func validateScopes() throws(DatastoreError) {
    for (place, root) in roots.enumerated() {
      if let other = roots[..<place].first(where: { $0.type.table == root.type.table }) {
        throw DatastoreError(
          .schemaConflict, "'\(other.type.name)' and '\(root.type.name)' are in the same table")
      }
    }
    for node in types.values {
      let above = roots.filter { root in
        var isBelow = false
        root.forEachBelow { isBelow = isBelow || $0.type == node.type }
        return isBelow
      }
      for index in node.operations.indexes {
        if index.scope == .collection, node.type.table != nil {
          throw DatastoreError(
            .schemaConflict,
            "'\(index.type.name)' is beside the objects of '\(node.type.name)', which are roots; give it a table"
          )
        }
        if above.count > 1 {
          throw DatastoreError(
            .schemaConflict,
            "'\(node.type.name)' is below more than one root, and so cannot have the index '\(index.type.name)'"
          )
        }
      }
    }
  }

  /// The place in the trees of an object; nil when it has none.
  func node(of key: AnyKey) -> SchemaNode? {
    guard let parts = KeyPathParts(key.qualifier), parts.kind == .object else { return nil }
    var nodes = roots.filter { $0.type.table == key.table }
    if key.isRoot { return nodes.first { $0.type.number == parts.steps.last?.typeNumber } }
    for step in parts.steps.dropLast() {
      nodes = nodes.flatMap(\.children).filter { $0.type.number == step.typeNumber }
    }
    return nodes.flatMap(\.children).first { $0.type.number == parts.steps.last?.typeNumber }
  }
}

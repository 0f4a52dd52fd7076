// SPDX-License-Identifier: Apache-2.0

/// The types of a datastore: the trees of which objects are below which.
///
/// ```swift
/// let schema = DatastoreSchema {
///   Root(.relationship) {
///     Children(.photo) { Children(.comment) }
///     Children(.memo) { Children(.comment) }
///   }
/// }
/// ```
public struct DatastoreSchema: Sendable {
  /// The roots, each with what is below it.
  let roots: [SchemaNode]
  /// All types, each once, by number.
  let types: [Int: SchemaNode]

  /// Declares the trees.
  public init(@SchemaRootsBuilder _ roots: () -> [SchemaNode]) {
    let nodes = roots()
    self.roots = nodes
    var types: [Int: SchemaNode] = [:]
    for node in nodes { node.forEachBelow { types[$0.type.number] = types[$0.type.number] ?? $0 } }
    self.types = types
  }
}

/// A place in a tree of types.
public struct SchemaNode: Sendable {
  let type: AnyObjectType
  let children: [SchemaNode]
  let operations: any ObjectOperations

  init<R: Record>(_ type: ObjectType<R>, _ children: [SchemaNode]) {
    self.type = type.any
    self.children = children
    operations = RecordOperations<R>()
  }

  /// Calls `body` for this place and those below it.
  func forEachBelow(_ body: (SchemaNode) -> Void) {
    body(self)
    for child in children { child.forEachBelow(body) }
  }
}

/// The root of a tree: a type that has a table, with a row for each object.
public struct Root<R: Record> {
  let node: SchemaNode

  /// Declares a root and what is below it.
  public init(
    _ type: ObjectType<R>, @SchemaChildrenBuilder _ children: () -> [SchemaNode] = { [] }
  ) {
    precondition(type.any.table != nil, "'\(type.name)' is no root: it has no table")
    node = SchemaNode(type, children())
  }
}

/// Objects of one type below a parent.
public struct Children<R: Record> {
  let node: SchemaNode

  /// Declares a collection and what is below its members.
  public init(
    _ type: ObjectType<R>, @SchemaChildrenBuilder _ children: () -> [SchemaNode] = { [] }
  ) {
    precondition(type.any.table == nil, "'\(type.name)' has a table: it is a root")
    node = SchemaNode(type, children())
  }
}

/// Puts the roots of a schema in a list.
@resultBuilder
public enum SchemaRootsBuilder {
  /// A root.
  public static func buildExpression<R>(_ root: Root<R>) -> SchemaNode { root.node }
  /// The roots in their order.
  public static func buildBlock(_ nodes: SchemaNode...) -> [SchemaNode] { nodes }
}

/// Puts the collections below a type in a list.
@resultBuilder
public enum SchemaChildrenBuilder {
  /// A collection.
  public static func buildExpression<R>(_ children: Children<R>) -> SchemaNode { children.node }
  /// The collections in their order.
  public static func buildBlock(_ nodes: SchemaNode...) -> [SchemaNode] { nodes }
}

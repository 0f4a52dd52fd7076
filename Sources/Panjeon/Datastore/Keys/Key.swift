// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The key of a record: the way to it from a root object down.
///
/// ```swift
/// let couple = Key(.relationship, id)
/// let photo = Key(couple, .photo, 1)
/// ```
///
/// Two keys are equal when their bytes are. They are ordered within a collection as the ids are; the page *Formats/KeyFormat* tells more.
public struct Key<R: Record>: Hashable, Sendable {
  /// The place, whatever the type.
  public let any: AnyKey

  /// The key of a root.
  ///
  /// - Parameters:
  ///   - type: Its type, which must have a table.
  ///   - id: Its id: the row.
  public init(_ type: ObjectType<R>, _ id: some KeyComponentConvertible) {
    any = .root(type.any, id.keyComponent)
  }

  /// The key of a child.
  ///
  /// - Parameters:
  ///   - parent: The parent's key.
  ///   - type: The child's type.
  ///   - id: Its id among the children of that type.
  public init<Parent>(
    _ parent: Key<Parent>, _ type: ObjectType<R>, _ id: some KeyComponentConvertible
  ) {
    any = parent.any.child(type.number, id.keyComponent)
  }

  /// The key at a place.
  ///
  /// Nil when what is there is no object of this type.
  public init?(_ any: AnyKey) {
    guard let parts = KeyPathParts(any.qualifier), parts.kind == .object,
      parts.steps.last?.typeNumber == R.objectType.number,
      KeyComponent(decoding: any.row) != nil
    else { return nil }
    self.any = any
  }

  /// The key at a place that is known to be one.
  init(unchecked any: AnyKey) { self.any = any }

  /// The id: of a root the row's, of others the last one of the path.
  ///
  /// Of a key with an id that is nested deeper than ``KeyComponent/depthMax``, under which nothing can be stored, the bytes of the row or of the path.
  public var idComponent: KeyComponent {
    if any.isRoot { return KeyComponent(decoding: any.row) ?? .bytes(any.row) }
    return KeyPathParts(any.qualifier)?.steps.last?.id ?? .bytes(any.qualifier)
  }

  /// The id as a value; nil when it is of another kind.
  public func id<ID: KeyComponentConvertible>(as type: ID.Type = ID.self) -> ID? {
    ID(keyComponent: idComponent)
  }

  /// The id of the root that it is below, or is.
  public func rootID<ID: KeyComponentConvertible>(as type: ID.Type = ID.self) -> ID? {
    KeyComponent(decoding: any.row).flatMap(ID.init(keyComponent:))
  }

  /// The key of an ancestor; nil when it has none of this type.
  public func ancestor<A: Record>(_ type: ObjectType<A>) -> Key<A>? {
    if let table = type.any.table {
      guard !any.isRoot, table == any.table, let id = KeyComponent(decoding: any.row) else {
        return nil
      }
      return Key<A>(type, id)
    }
    guard let parts = KeyPathParts(any.qualifier),
      let place = parts.steps.dropLast().lastIndex(where: { $0.typeNumber == type.number })
    else { return nil }
    return Key<A>(unchecked: any.ancestor(parts, at: place))
  }
}

extension AnyKey {
  /// The key of one of the steps.
  func ancestor(_ parts: KeyPathParts, at place: Int) -> AnyKey {
    var bytes: [UInt8] = []
    AnyObjectType.append(parts.steps[place].typeNumber, to: &bytes)
    for step in parts.steps[..<place] {
      AnyObjectType.append(step.typeNumber, to: &bytes)
      step.id?.encode(to: &bytes)
    }
    bytes.append(Self.memberFlag)
    parts.steps[place].id?.encode(to: &bytes)
    return AnyKey(table: table, row: row, qualifier: Bytes(bytes))
  }
}

extension Key: CustomStringConvertible {
  /// The table, the row and the qualifier.
  public var description: String { any.description }
}

extension AnyKey: CustomStringConvertible {
  /// The table and the root's id, and then each step: the number of its type, and its id.
  ///
  /// `DatastoreSchema.description(of:)` has names in place of numbers.
  public var description: String { description { "\($0)" } }

  /// The description, with what types are called.
  func description(_ name: (Int) -> String) -> String {
    let root = KeyComponent(decoding: row)?.description ?? "'\(row)'"
    guard let parts = KeyPathParts(qualifier) else { return "\(table)/\(root)/'\(qualifier)'" }
    let steps = parts.steps.compactMap { step in
      step.id.map { "\(name(step.typeNumber)):\($0)" }
    }
    return (["\(table)", root] + steps).joined(separator: "/")
  }
}

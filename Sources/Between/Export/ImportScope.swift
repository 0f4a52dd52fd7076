// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import WideColumn

/// What the lines of a couple's file may name, and in which order: nothing that is another's.
///
/// The rows come as an export has them: the first user's account, the first user, the second's likewise, the couple. Each begins with its root, and goes on upwards, so that no place is named twice
/// and the metadata of a collection come before its members.
struct ImportScope {
  private let header: ExportHeader
  private let schema: DatastoreSchema
  /// The numbers of indexes, also of those that only the store knows.
  private let indexes: Set<Int>
  /// Which of the rows it is at.
  private var number = -1
  private var last: AnyKey?

  /// Where a line belongs.
  enum Place {
    /// An account, a user or the couple.
    case root
    /// What the schema has below them.
    case known(KeyPathParts)
    /// What a later program has put below the couple, or into their conversation.
    case unknown
  }

  init(_ header: ExportHeader, schema: DatastoreSchema, indexes: Set<Int>) {
    self.header = header
    self.schema = schema
    self.indexes = indexes
  }

  /// Whether all rows have begun.
  var isComplete: Bool { number == Self.tables.count - 1 }

  private static let tables = [
    BetweenSchema.accountTable, BetweenSchema.userTable, BetweenSchema.accountTable,
    BetweenSchema.userTable, BetweenSchema.relationshipTable,
  ]

  /// Takes the next line's key.
  ///
  /// Throws `malformedExport`, naming what does not belong there.
  mutating func place(
    of key: AnyKey, isMetadata: Bool
  ) throws(BetweenError) -> Place {
    guard let parts = KeyPathParts(key.qualifier),
      parts.kind == (isMetadata ? .metadata : .object), let type = parts.steps.last?.typeNumber
    else { throw Self.refusal(key, "is no place of \(isMetadata ? "metadata" : "a record")") }
    let isRoot = !isMetadata && parts.steps.count == 1 && parts.steps[0].id == nil
    try advance(to: key, isRoot: isRoot)
    guard !parts.steps.contains(where: { indexes.contains($0.typeNumber) }) else {
      throw Self.refusal(key, "is an index's")
    }
    let hasPlace = schema.hasPlace(for: parts, in: key.table)
    guard hasPlace || !schema.knowsType(type) else {
      throw Self.refusal(key, "is a place where there is no such type")
    }
    if isRoot {
      guard hasPlace else { throw Self.refusal(key, "is no root") }
      return .root
    }
    guard isOfCouple(key, parts) else { throw Self.refusal(key, "is not this couple's") }
    guard hasPlace else { return .unknown }
    if !isMetadata, !hasIssuedID(parts) { throw Self.refusal(key, "has an id that none is given") }
    return .known(parts)
  }

  private mutating func advance(to key: AnyKey, isRoot: Bool) throws(BetweenError) {
    if let last, last.table == key.table, last.row == key.row {
      guard last.qualifier < key.qualifier else {
        throw Self.refusal(key, "is not behind the line before")
      }
    } else {
      let next = number + 1
      guard next < Self.tables.count, key.table == Self.tables[next], isRow(key, at: next) else {
        throw Self.refusal(key, "is no row of the couple's, or not in its place")
      }
      guard isRoot else { throw Self.refusal(key, "comes before what it is below") }
      number = next
    }
    last = key
  }

  /// Whether a row is the one to come; which accounts there are, the users tell.
  private func isRow(_ key: AnyKey, at place: Int) -> Bool {
    switch place {
    case 1: key.row == header.first.keyComponent.encoded
    case 3: key.row == header.second.keyComponent.encoded
    case 4: key.row == header.couple.keyComponent.encoded
    default: KeyComponent(decoding: key.row).flatMap(RandomID.init(keyComponent:)) != nil
    }
  }

  private func isOfCouple(_ key: AnyKey, _ parts: KeyPathParts) -> Bool {
    if key.table == BetweenSchema.relationshipTable { return true }
    guard key.table == BetweenSchema.userTable else { return false }
    let first = parts.steps[0]
    if first.typeNumber == Conversation.objectType.number {
      return first.id == header.couple.keyComponent
    }
    return parts.steps.count == 1 && ExportSelection.ofUsers.contains(first.typeNumber)
  }

  /// Whether the ids on the way are such as collections give: numbers, but for the conversation's.
  private func hasIssuedID(_ parts: KeyPathParts) -> Bool {
    parts.steps.allSatisfy { step in
      if step.typeNumber == Conversation.objectType.number { return true }
      guard case .integer(let id)? = step.id else { return false }
      return id >= 1 && id < StoredMetadata.idMax
    }
  }

  static func refusal(_ key: AnyKey, _ reason: String) -> BetweenError {
    BetweenError(.malformedExport, "\(key) \(reason)")
  }
}

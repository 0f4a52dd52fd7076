// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A collection: the objects of one type under one parent.
struct CollectionKey: Hashable {
  let table: String
  let row: RowKey
  /// Type and ancestors, as the qualifiers of the metadata and of all members begin.
  let prefix: [UInt8]

  init(table: String, row: RowKey, typeNumber: Int, path: [UInt8]) {
    self.table = table
    self.row = row
    var prefix: [UInt8] = []
    AnyObjectType.append(typeNumber, to: &prefix)
    prefix.append(contentsOf: path)
    self.prefix = prefix
  }

  init(parent: AnyKey, typeNumber: Int) {
    self.init(
      table: parent.table, row: parent.row, typeNumber: typeNumber, path: parent.pathOfChildren)
  }

  /// The collection that a member belongs to; nil for a root.
  init?(of member: AnyKey) {
    guard !member.isRoot, let path = KeyPathParts(member.qualifier) else { return nil }
    self.init(member, path)
  }

  /// The collection of a member, or of the metadata.
  init(_ key: AnyKey, _ parts: KeyPathParts) {
    table = key.table
    row = key.row
    prefix = Array(key.qualifier[0..<parts.prefixLength])
  }

  var metadata: Bytes { Bytes(prefix + [AnyKey.metadataFlag]) }
  var memberPrefix: [UInt8] { prefix + [AnyKey.memberFlag] }
  var members: KeyRange { .prefix(Bytes(memberPrefix)) }

  func member(_ id: KeyComponent) -> AnyKey {
    var bytes = memberPrefix
    id.encode(to: &bytes)
    return AnyKey(table: table, row: row, qualifier: Bytes(bytes))
  }

  /// Whether a qualifier that begins as those of members do is one.
  func isMember(_ qualifier: Bytes) -> Bool {
    var reader = KeyReader(qualifier[(prefix.count + 1)..<qualifier.count])
    return reader.readComponent() != nil && reader.isAtEnd
  }

  func key(_ qualifier: Bytes) -> AnyKey {
    AnyKey(table: table, row: row, qualifier: qualifier)
  }
}

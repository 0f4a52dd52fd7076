// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The place of an object, whatever its type: a table, a row and a qualifier.
///
/// The page *Formats/KeyFormat* has the grammar.
public struct AnyKey: Hashable, Sendable {
  /// The table of the root.
  public let table: String
  /// The row of the root.
  public let row: RowKey
  /// The path in the root's tree.
  public let qualifier: Bytes

  /// Names a place.
  package init(table: String, row: RowKey, qualifier: Bytes) {
    self.table = table
    self.row = row
    self.qualifier = qualifier
  }

  /// The family of everything but locks.
  public static let family = "data"

  static let metadataFlag: UInt8 = 0
  static let memberFlag: UInt8 = 1
  /// The first byte of what tells that an object was deleted.
  static let deletionMark: UInt8 = 1

  /// The bytes of the number of the object's own type.
  private var typeLength: Int { qualifier[0] >= 0x80 ? 2 : 1 }

  /// Whether it is the root's own.
  var isRoot: Bool { qualifier.count == typeLength + 1 }

  /// The ancestors below the root, and the object itself behind them as one: what its children's qualifiers have after their type.
  var pathOfChildren: [UInt8] {
    if isRoot { return [] }
    var path = Array(ancestors)
    path.append(contentsOf: qualifier[0..<typeLength])
    path.append(contentsOf: qualifier[(typeLength + ancestors.count + 1)..<qualifier.count])
    return path
  }

  /// The ancestors below the root, as they are written.
  private var ancestors: Bytes {
    var reader = KeyReader(qualifier)
    _ = reader.readTypeNumber()
    let start = reader.offset
    while let byte = reader.next, byte > Self.memberFlag {
      guard reader.readTypeNumber() != nil, reader.readComponent() != nil else { break }
    }
    return qualifier[start..<reader.offset]
  }

  static func root(_ type: AnyObjectType, _ id: KeyComponent) -> AnyKey {
    guard let table = type.table else {
      preconditionFailure("'\(type.name)' is no root: it has no table of its own")
    }
    var qualifier: [UInt8] = []
    AnyObjectType.append(type.number, to: &qualifier)
    qualifier.append(memberFlag)
    return AnyKey(table: table, row: id.encoded, qualifier: Bytes(qualifier))
  }

  /// A child, or an entry of an index below the same parent.
  func child(_ typeNumber: Int, _ id: KeyComponent) -> AnyKey {
    var bytes = CollectionKey(parent: self, typeNumber: typeNumber).memberPrefix
    id.encode(to: &bytes)
    return AnyKey(table: table, row: row, qualifier: Bytes(bytes))
  }

  /// The cell that tells that the object was deleted.
  var deletion: Bytes { Bytes([Self.deletionMark] + Array(qualifier)) }
}

// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
package import PanjeonStorage
package import WideColumn

/// What a store says of the types in its datastore, to show rows as records.
package struct RecordNames {
  private var types: [Int: CatalogEntry] = [:]
  /// The names of the roots, by table.
  private var roots: [String: String] = [:]

  /// Knows nothing: all is bytes.
  package init() {}

  /// Reads the catalog of a store; nothing is known of one without a datastore.
  ///
  /// Throws errors of the store.
  package init(of store: EmbeddedStore) async throws(StoreError) {
    guard try await store.tables().contains(where: { $0.name == CatalogTable.name }) else {
      return
    }
    let get = Get(CatalogTable.types)
    for cell in try await store.get(get, in: CatalogTable.name).map(Array.init) ?? [] {
      guard let number = CatalogTable.number(cell.column.qualifier),
        let entry = try? RecordDecoder().decode(CatalogEntry.self, from: cell.value)
      else { continue }
      types[number] = entry
      if let table = entry.table { roots[table] = entry.name }
    }
  }

  /// Whether a table holds records.
  package func isOfRecords(_ table: String) -> Bool { roots[table] != nil }

  /// The type of a table's roots; nil when it holds no records.
  package func rootType(of table: String) -> String? { roots[table] }

  /// The rows that may be meant by an id as people write it: a UUID, an integer, a text.
  package func rows(_ id: String, in table: String) -> [RowKey] {
    guard isOfRecords(table) else { return [] }
    var components: [KeyComponent] = []
    if let uuid = RandomID(id) { components.append(.uuid(uuid)) }
    if let number = Int64(id) { components.append(.integer(number)) }
    return (components + [.text(id)]).map(\.encoded)
  }

  /// A root, as in "user 17"; nil when the row is none's.
  package func root(_ row: RowKey, in table: String) -> String? {
    guard let name = roots[table] else { return nil }
    return KeyComponent(decoding: row).map { "\(name) \($0)" }
  }

  /// An object, or a collection's metadata, with what is above it, as in "photo(couple M, 1)"; nil when the qualifier is none of
  /// a datastore.
  ///
  /// - Parameters:
  ///   - qualifier: Which object.
  ///   - root: What it is below, as in "couple M".
  /// - Returns: The text, or nil.
  package func place(_ qualifier: Bytes, below root: String) -> String? {
    guard let parts = KeyPathParts(qualifier), let last = parts.steps.last else { return nil }
    if parts.kind == .object, parts.steps.count == 1, last.id == nil { return root }
    var path = [root]
    path += parts.steps.dropLast().map { step in
      step.id.map { "\(name(step.typeNumber)) \($0)" } ?? name(step.typeNumber)
    }
    if let id = last.id { path.append("\(id)") }
    let place = "\(name(last.typeNumber))(\(path.joined(separator: ", ")))"
    switch parts.kind {
    case .object: return place
    case .metadata: return "collection of " + place
    case .deletion: return "deleted " + place
    }
  }

  private func name(_ type: Int) -> String { types[type]?.name ?? "type \(type)" }

  /// What a cell holds: for a record its fields, for an entry of an index also the object that it stands for.
  package func value(_ value: Bytes, at qualifier: Bytes, below root: String) -> String? {
    guard let parts = KeyPathParts(qualifier) else { return nil }
    if parts.kind == .deletion { return value.isEmpty ? "" : nil }
    guard let record = try? RecordValue(decoding: value) else { return nil }
    guard let type = parts.steps.last?.typeNumber, types[type]?.isIndex ?? false,
      let object = Self.object(of: record), let place = place(object, below: root)
    else { return record.description }
    return "of \(place) \(record)"
  }

  /// The qualifier that an entry of an index stands for.
  private static func object(of entry: RecordValue) -> Bytes? {
    struct Object: Decodable {
      var qualifier: Bytes
      enum CodingKeys: Int, CodingKey { case qualifier = 1 }
    }
    guard let bytes = try? entry.encode() else { return nil }
    return (try? RecordDecoder().decode(Object.self, from: bytes))?.qualifier
  }
}

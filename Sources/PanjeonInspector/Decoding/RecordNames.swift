// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
package import PanjeonStorage
package import WideColumn

/// What a store says of the types in its datastore, to show rows as records.
package struct RecordNames {
  private var types: [Int: CatalogEntry] = [:]
  private var tables: Set<String> = []

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
      if let table = entry.table { tables.insert(table) }
    }
  }

  /// Whether a table holds records.
  func isOfRecords(_ table: String) -> Bool { tables.contains(table) }

  /// The rows that may be meant by an id as people write it: a UUID, an integer, a text.
  package func rows(_ id: String, in table: String) -> [RowKey] {
    guard isOfRecords(table) else { return [] }
    var components: [KeyComponent] = []
    if let uuid = RandomID(id) { components.append(.uuid(uuid)) }
    if let number = Int64(id) { components.append(.integer(number)) }
    return (components + [.text(id)]).map(\.encoded)
  }

  /// The id of a root; nil when the row is none's.
  func root(_ row: RowKey, in table: String) -> String? {
    guard isOfRecords(table) else { return nil }
    return KeyComponent(decoding: row).map { "\(table) \($0)" }
  }

  /// The place of an object, or of a collection's metadata, below its root; nil when the qualifier is none of a datastore.
  func place(_ qualifier: Bytes) -> String? {
    guard let parts = KeyPathParts(qualifier) else { return nil }
    let steps = parts.steps.map { step in
      let name = types[step.typeNumber]?.name ?? "type \(step.typeNumber)"
      return step.id.map { "\(name) \($0)" } ?? name
    }
    let path = steps.joined(separator: " / ")
    switch parts.kind {
    case .object: return path
    case .metadata: return "collection of " + path
    case .deletion: return "deleted " + path
    }
  }

  /// What a cell holds: for a record its fields, for an entry of an index also the object that it stands for.
  func value(_ value: Bytes, at qualifier: Bytes) -> String? {
    guard let parts = KeyPathParts(qualifier) else { return nil }
    if parts.kind == .deletion { return value.isEmpty ? "" : nil }
    guard let record = try? RecordValue(decoding: value) else { return nil }
    guard let type = parts.steps.last?.typeNumber, types[type]?.isIndex ?? false,
      let object = Self.object(of: record), let place = place(object)
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

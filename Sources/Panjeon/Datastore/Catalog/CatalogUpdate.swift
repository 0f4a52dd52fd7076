// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

/// Brings the catalog and a program's schema together; the page *TypedRecords*, *Opening*.
struct CatalogUpdate {
  private let schema: DatastoreSchema
  private(set) var entries: [Int: CatalogEntry] = [:]
  private(set) var changed: Set<Int> = []

  /// Reads the catalog, and settles what the schema makes of it.
  ///
  /// Throws `schemaConflict`.
  init(
    _ schema: DatastoreSchema, in reader: inout some DatastoreReader & ~Copyable
  ) async throws {
    self.schema = schema
    let row = try await reader.get(
      Get(CatalogTable.types, columns: .all), in: CatalogTable.name)
    for cell in row.map(Array.init) ?? [] {
      guard let number = CatalogTable.number(cell.column.qualifier) else { continue }
      entries[number] = try Stored.decode(
        CatalogEntry.self, from: cell.value, at: Self.key(number))
    }
    try requireSame()
    settle()
  }

  private static func key(_ number: Int) -> AnyKey {
    AnyKey(
      table: CatalogTable.name, row: CatalogTable.types, qualifier: CatalogTable.qualifier(number))
  }

  /// The indexes that reads may not use.
  var notReady: Set<Int> {
    Set(entries.filter { $0.value.isIndex && $0.value.state != .ready }.keys)
  }

  private func requireSame() throws(DatastoreError) {
    for declared in schema.declarations {
      let type = declared.type
      for (number, known) in entries where number == type.number || known.name == type.name {
        let isSame =
          number == type.number && known.name == type.name && known.table == type.table
          && known.isIndex == declared.isIndex
        if isSame { continue }
        throw DatastoreError(
          .schemaConflict,
          "the store knows number \(number) as \(Self.describe(known)), the program declares "
            + "\(type.number) as '\(type.name)'" + (type.table.map { " in table '\($0)'" } ?? "")
            + "; " + advice(number, known))
      }
    }
  }

  /// What whoever meets a conflict can do.
  private func advice(_ number: Int, _ known: CatalogEntry) -> String {
    let isDeclared = schema.declarations.contains {
      $0.isIndex && $0.type.number == number && $0.type.name == known.name
    }
    if known.isIndex, isDeclared {
      return "an index that comes to another table, or leaves one, takes a new number and name"
    }
    if known.isIndex {
      return "an index keeps both; if it is needed no more, drop it (Datastore.dropIndex), "
        + "and they are free"
    }
    return "number, name and table of a type never change: declare it as it was, "
      + "and what is new with a number and a name of its own"
  }

  private static func describe(_ entry: CatalogEntry) -> String {
    (entry.isIndex ? "the index '" : "'") + entry.name + "'"
      + (entry.table.map { " in table '\($0)'" } ?? "")
  }

  /// What is new becomes known; indexes that are new over old types must be built, and those not declared are not kept.
  private mutating func settle() {
    for (number, node) in schema.types {
      let isNewType = entries[number] == nil
      if isNewType {
        set(number, CatalogEntry(node.type, isIndex: false, version: 1, state: .ready))
      }
      for index in node.operations.indexes {
        guard var entry = entries[index.type.number] else {
          let entry = CatalogEntry(
            index.type, isIndex: true, version: index.version,
            shape: index.shape(of: node.type), state: isNewType ? .ready : .building)
          set(index.type.number, entry)
          continue
        }
        let shape = index.shape(of: node.type)
        if entry.state == .unmaintained || entry.version != index.version || entry.shape != shape {
          entry.state = .building
          entry.shape = shape
          entry.version = index.version
          entry.hasOldEntries = true
          entry.progress = nil
          set(index.type.number, entry)
        }
      }
    }
    let declared = Set(schema.declarations.map(\.type.number))
    for (number, var entry) in entries
    where entry.isIndex && entry.state != .unmaintained && !declared.contains(number) {
      entry.state = .unmaintained
      entry.progress = nil
      set(number, entry)
    }
  }

  private mutating func set(_ number: Int, _ entry: CatalogEntry) {
    entries[number] = entry
    changed.insert(number)
  }

  /// Writes what has changed.
  func write<Store: AtomicBatchStore>(to transaction: inout Transaction<Store>) throws {
    for number in changed.sorted() {
      guard let entry = entries[number] else { continue }
      try transaction.putCatalogEntry(entry, number)
    }
  }
}

extension CatalogEntry {
  init(
    _ type: AnyObjectType, isIndex: Bool, version: Int, shape: String? = nil, state: State
  ) {
    self.init(
      name: type.name, table: type.table, isIndex: isIndex, version: version, shape: shape,
      state: state, hasOldEntries: false)
  }
}

extension ObjectIndex {
  /// What makes its entries what they are, but for the values.
  func shape(of type: AnyObjectType) -> String {
    "type \(type.number), \(scope)" + (isUnique ? ", unique" : "")
      + (isClustered ? ", clustered" : "")
  }
}

extension Transaction {
  func catalogKey(_ number: Int) -> AnyKey {
    AnyKey(
      table: CatalogTable.name, row: CatalogTable.types, qualifier: CatalogTable.qualifier(number))
  }

  mutating func catalogEntry(_ number: Int) async throws -> CatalogEntry? {
    let key = catalogKey(number)
    guard let stored = try await storedValues([key])[0] else { return nil }
    return try Stored.decode(CatalogEntry.self, from: stored, at: key)
  }

  mutating func putCatalogEntry(_ entry: CatalogEntry, _ number: Int) throws {
    try putEntry(try RecordEncoder().encode(entry), at: catalogKey(number))
  }
}

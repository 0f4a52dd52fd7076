// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

/// What a datastore was found to be.
public struct DatastoreReport: Hashable, Sendable {
  /// Something that is not as it should be.
  public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing.
    public enum Kind: String, Hashable, Sendable {
      /// A collection's metadata counts otherwise than there are members, or would issue an id that is taken.
      case wrongMetadata
      /// An object has no entry in an index, or another one.
      case missingEntry
      /// An entry stands for no object, or for one that has another value.
      case strayEntry
      /// An object refers to a large value that is not known to be referred to by it, and may be collected.
      case missingReference
      /// A large value is kept for an object that does not refer to it, or is not queued as it should.
      case strayReference
      /// A qualifier is none of a datastore's, or the type does not belong there.
      case strayObject
      /// What is stored cannot be decoded.
      case malformed
    }

    /// What kind of thing.
    public var kind: Kind
    /// Where.
    public var key: AnyKey
    /// Where, with the names of types.
    public var place: String
    /// What exactly.
    public var detail: String

    /// The kind, the place and the detail.
    public var description: String { "\(kind.rawValue) \(place): \(detail)" }
  }

  /// How many objects were looked at.
  public var objects = 0
  /// How many entries of indexes.
  public var entries = 0
  /// How many objects and entries of types that the schema does not know.
  public var unknown = 0
  /// What was found, the first ones of very many.
  public var findings: [Finding] = []
  /// How many there were.
  public var findingCount = 0

  /// How many findings are kept: 1,000.
  public static let findingsMax = 1000

  mutating func note(
    _ kind: Finding.Kind, _ key: AnyKey, _ detail: String, at place: String? = nil
  ) {
    findingCount += 1
    if findings.count < Self.findingsMax {
      findings.append(Finding(kind: kind, key: key, place: place ?? "\(key)", detail: detail))
    }
  }
}

/// Goes through the rows of tables.
struct DatastoreVerifier<Store: AtomicBatchStore> {
  /// What is looked at; between two rows it may become another one.
  var snapshot: DatastoreSnapshot<Store>
  let state: DatastoreState
  private let nodes: [Int: SchemaNode]
  /// The indexes that are looked at.
  private var indexes: [Int: any ObjectIndex] = [:]
  /// The number of the index that is looked at alone; nil: everything.
  private let only: Int?
  /// The indexes that were ready when it began: one that is built meanwhile is not all there at a moment before.
  private let ready: Set<Int>
  var report = DatastoreReport()

  /// The collection that is being counted.
  private var collection: (metadata: AnyKey, stored: Bytes?, counted: CollectionMetadata)?

  init(
    snapshot: DatastoreSnapshot<Store>, state: DatastoreState, only: Int? = nil
  ) async throws {
    var snapshot = snapshot
    ready = Set(
      try await CatalogUpdate(state.schema, in: &snapshot).entries
        .filter { $0.value.isIndex && $0.value.state == .ready }.keys)
    self.snapshot = snapshot
    self.state = state
    self.only = only
    nodes = state.schema.types
    for node in nodes.values {
      for index in node.operations.indexes
      where index.type.number == only ?? index.type.number {
        indexes[index.type.number] = index
      }
    }
  }

  /// Looks at the rows of a table.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - qualifiers: Which of their cells.
  ///   - start: The first row.
  ///   - cellsMax: After how many cells to stop, at the end of a row; nil: at the end of the table.
  /// - Returns: Where to go on; nil at the end.
  /// - Throws: Errors of the store.
  mutating func verify(
    _ table: String, _ qualifiers: KeyRange = .all, from start: RowKey = RowKey(),
    cellsMax: Int? = nil
  ) async throws -> RowKey? {
    let scan = Scan(
      KeyRange(from: start, to: nil), columns: .data(qualifiers), cellsPerBatchMax: 256)
    var cursor = try await snapshot.snapshot.scan(scan, in: table)
    var row: RowKey?
    var cells = 0
    while let piece = try await cursor.next() {
      if piece.row != row {
        closeCollection()
        if let cellsMax, cells >= cellsMax { return piece.row }
        row = piece.row
      }
      cells += piece.count
      for cell in piece {
        let key = AnyKey(table: table, row: piece.row, qualifier: cell.column.qualifier)
        try await look(key, cell.value)
      }
    }
    closeCollection()
    return nil
  }

  private mutating func note(
    _ kind: DatastoreReport.Finding.Kind, _ key: AnyKey, _ detail: String
  ) {
    report.note(kind, key, detail, at: name(key))
  }

  private func name(_ key: AnyKey) -> String { state.schema.description(of: key) }

  private mutating func look(_ key: AnyKey, _ stored: Bytes) async throws {
    guard let parts = KeyPathParts(key.qualifier), let type = parts.steps.last?.typeNumber else {
      return note(.strayObject, key, "the qualifier is none of a datastore")
    }
    switch parts.kind {
    case .deletion: return
    case .metadata:
      guard nodes[type] != nil, only == nil else { return }
      closeCollection()
      collection = (key, stored, CollectionMetadata())
    case .object:
      if let index = indexes[type] {
        report.entries += 1
        return try await lookAtEntry(key, stored, index)
      }
      // Of a newer program, or of an index that this one does not keep.
      guard nodes[type] != nil else {
        report.unknown += 1
        return
      }
      guard let node = state.schema.node(of: key) else {
        return note(.strayObject, key, "the schema has no type \(type) at this place")
      }
      report.objects += 1
      if only == nil { count(key, parts) }
      try await lookAtObject(key, stored, node)
    }
  }

  private mutating func count(_ key: AnyKey, _ parts: KeyPathParts) {
    guard let of = CollectionKey(of: key), let id = parts.steps.last?.id else { return }
    let metadata = of.key(of.metadata)
    if collection?.metadata != metadata {
      closeCollection()
      collection = (metadata, nil, CollectionMetadata())
    }
    collection?.counted.insert(id)
  }

  private mutating func closeCollection() {
    guard let (key, stored, counted) = collection else { return }
    collection = nil
    guard let of = KeyPathParts(key.qualifier), of.kind == .metadata else { return }
    do {
      let written = try stored.map {
        try Stored.decode(CollectionMetadata.self, from: $0, at: key)
      }
      let metadata = written ?? CollectionMetadata()
      if metadata.count != counted.count || metadata.nextID < counted.nextID {
        note(
          .wrongMetadata, key,
          "count \(metadata.count), next id \(metadata.nextID); there are \(counted.count), "
            + "the next id must be \(counted.nextID) at least")
      }
    } catch {
      note(.malformed, key, "\(error)")
    }
  }

  private mutating func lookAtObject(
    _ key: AnyKey, _ stored: Bytes, _ node: SchemaNode
  ) async throws {
    do {
      let blobs = try node.operations.blobs(ofStored: stored, at: key)
      if only == nil { try await lookAtReferences(of: key, to: blobs) }
    } catch let error as DatastoreError where error.code == .malformed {
      return note(.malformed, key, "\(error)")
    }
    for index in node.operations.indexes
    where indexes[index.type.number] != nil && ready.contains(index.type.number) {
      let expected: [AnyKey: Bytes]
      do {
        expected = try index.entries(ofStored: stored, at: key)
      } catch {
        note(.malformed, key, "\(error)")
        continue
      }
      let places = Array(expected.keys)
      let found = try await snapshot.storedValues(places)
      for (place, entry) in zip(places, found) where entry != expected[place] {
        note(
          .missingEntry, key,
          "the entry of '\(index.type.name)' at \(name(place)) "
            + (entry == nil ? "is missing" : "differs"))
      }
    }
  }

  private mutating func lookAtEntry(
    _ key: AnyKey, _ stored: Bytes, _ index: any ObjectIndex
  ) async throws {
    guard ready.contains(index.type.number) else { return }
    guard let entry = try? Stored.decode(IndexEntry.self, from: stored, at: key) else {
      return note(.malformed, key, "it is no entry of '\(index.type.name)'")
    }
    let table = index.scope.table == nil ? key.table : tableOfObjects(index)
    let object = AnyKey(table: table, row: entry.row ?? key.row, qualifier: entry.qualifier)
    let isIndexed =
      state.schema.node(of: object)?.operations.indexes.contains { $0.type == index.type } ?? false
    guard isIndexed else {
      return note(
        .strayEntry, key, "the entry stands for what '\(index.type.name)' is not of")
    }
    let found = try await snapshot.storedValues([object])[0]
    let expected = found.flatMap { try? index.entries(ofStored: $0, at: object) }
    if expected?[key] == nil {
      note(
        .strayEntry, key,
        "the entry of '\(index.type.name)' stands for \(name(object)), which "
          + (found == nil ? "is not there" : "has another value"))
    }
  }

  private func tableOfObjects(_ index: any ObjectIndex) -> String {
    let node = nodes.values.first { node in
      node.operations.indexes.contains { $0.type == index.type }
    }
    return node?.type.table ?? node.flatMap { state.tableOfRoot(above: $0.type.number) } ?? ""
  }
}

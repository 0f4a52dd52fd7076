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
    /// What exactly.
    public var detail: String

    /// The kind, the place and the detail.
    public var description: String { "\(kind.rawValue) \(key): \(detail)" }
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

  mutating func note(_ kind: Finding.Kind, _ key: AnyKey, _ detail: String) {
    findingCount += 1
    if findings.count < Self.findingsMax {
      findings.append(Finding(kind: kind, key: key, detail: detail))
    }
  }
}

extension Datastore {
  /// Checks at a snapshot that metadata counts what there is, that ready indexes have the entries they should, that everything can be decoded, and that the large values
  /// records refer to are kept for them.
  ///
  /// - Parameter tables: Those to look at; nil: all of the schema.
  /// - Returns: What was found.
  /// - Throws: Errors of the store. What is stored wrongly is a finding, no error.
  /// - Complexity: Reads everything, in constant memory for each collection; looks up each entry.
  public func verify(tables: Set<String>? = nil) async throws -> DatastoreReport {
    let snapshot = try self.snapshot()
    var verifier = DatastoreVerifier(snapshot: snapshot, state: state)
    let names = Set(schema.declarations.compactMap(\.type.table)).sorted()
    for table in names where tables?.contains(table) ?? true {
      try await verifier.verify(table)
    }
    if tables == nil { try await verifier.verifyReferences() }
    return verifier.report
  }
}

/// Goes through the rows of tables.
struct DatastoreVerifier<Store: AtomicBatchStore> {
  var snapshot: DatastoreSnapshot<Store>
  let state: DatastoreState
  private let nodes: [Int: SchemaNode]
  private var indexes: [Int: any ObjectIndex] = [:]
  var report = DatastoreReport()

  /// The collection that is being counted.
  private var collection: (metadata: AnyKey, stored: Bytes?, counted: CollectionMetadata)?

  init(snapshot: DatastoreSnapshot<Store>, state: DatastoreState) {
    self.snapshot = snapshot
    self.state = state
    nodes = state.schema.types
    for node in nodes.values {
      for index in node.operations.indexes { indexes[index.type.number] = index }
    }
  }

  mutating func verify(_ table: String) async throws {
    var cursor = try await snapshot.snapshot.scan(
      Scan(columns: .data(.all), cellsPerBatchMax: 256), in: table)
    var row: RowKey?
    while let piece = try await cursor.next() {
      if piece.row != row { closeCollection() }
      row = piece.row
      for cell in piece {
        let key = AnyKey(table: table, row: piece.row, qualifier: cell.column.qualifier)
        try await look(key, cell.value)
      }
    }
    closeCollection()
  }

  private mutating func look(_ key: AnyKey, _ stored: Bytes) async throws {
    guard let parts = KeyPathParts(key.qualifier), let type = parts.steps.last?.typeNumber else {
      return report.note(.strayObject, key, "the qualifier is none of a datastore")
    }
    switch parts.kind {
    case .deletion: return
    case .metadata:
      guard nodes[type] != nil else { return }
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
        return report.note(.strayObject, key, "the schema has no type \(type) at this place")
      }
      report.objects += 1
      count(key, parts)
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
        report.note(
          .wrongMetadata, key,
          "count \(metadata.count), next id \(metadata.nextID); there are \(counted.count), "
            + "the next id must be \(counted.nextID) at least")
      }
    } catch {
      report.note(.malformed, key, "\(error)")
    }
  }

  private mutating func lookAtObject(
    _ key: AnyKey, _ stored: Bytes, _ node: SchemaNode
  ) async throws {
    do {
      let blobs = try node.operations.blobs(ofStored: stored, at: key)
      try await lookAtReferences(of: key, to: blobs)
    } catch let error as DatastoreError where error.code == .malformed {
      return report.note(.malformed, key, "\(error)")
    }
    for index in node.operations.indexes where state.isReady(index.type.number) {
      let expected = try index.entries(ofStored: stored, at: key)
      let places = Array(expected.keys)
      let found = try await snapshot.storedValues(places)
      for (place, entry) in zip(places, found) where entry != expected[place] {
        report.note(
          .missingEntry, key,
          "the entry of '\(index.type.name)' at \(place) "
            + (entry == nil ? "is missing" : "differs"))
      }
    }
  }

  private mutating func lookAtEntry(
    _ key: AnyKey, _ stored: Bytes, _ index: any ObjectIndex
  ) async throws {
    guard state.isReady(index.type.number) else { return }
    guard let entry = try? Stored.decode(IndexEntry.self, from: stored, at: key) else {
      return report.note(.malformed, key, "it is no entry of '\(index.type.name)'")
    }
    let table = index.scope.table == nil ? key.table : tableOfObjects(index)
    let object = AnyKey(table: table, row: entry.row ?? key.row, qualifier: entry.qualifier)
    let isIndexed =
      state.schema.node(of: object)?.operations.indexes.contains { $0.type == index.type } ?? false
    guard isIndexed else {
      return report.note(
        .strayEntry, key, "the entry stands for what '\(index.type.name)' is not of")
    }
    let found = try await snapshot.storedValues([object])[0]
    let expected = found.flatMap { try? index.entries(ofStored: $0, at: object) }
    if expected?[key] == nil {
      report.note(
        .strayEntry, key,
        "the entry of '\(index.type.name)' stands for \(object), which "
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

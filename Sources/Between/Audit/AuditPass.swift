// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// A look at everything, at a snapshot.
struct AuditPass<Store: AtomicBatchStore> {
  let service: BetweenService<Store>
  var snapshot: DatastoreSnapshot<Store>
  /// Where bytes are looked for; nil: they are not.
  private let blobs: (any BlobStore)?
  var report = AuditReport()
  /// Records that are taken to be there, by key: those that an import is about to write.
  var assumed: [AnyKey: any Record] = [:]
  /// What could not be decoded, and has been noted.
  private var unreadable: Set<String> = []

  /// How many rows of a table, or cells of a row, are read at once.
  static var perPiece: Int { 256 }

  init(
    service: BetweenService<Store>, snapshot: DatastoreSnapshot<Store>, blobs: (any BlobStore)?
  ) {
    self.service = service
    self.snapshot = snapshot
    self.blobs = blobs
  }

  mutating func lookAtAll() async throws {
    try await forEachRoot(Account.objectType) { try await $0.look(at: $2, $1) }
    try await forEachRoot(User.objectType) { try await $0.look(at: $2, $1) }
    try await forEachRoot(Invitation.objectType) { try await $0.look(at: $2, $1) }
    try await forEachRoot(Relationship.objectType) { try await $0.look(at: $2, $1) }
  }

  /// Goes through the rows of a type of roots, those included that have lost their root.
  private mutating func forEachRoot<R: Record>(
    _ type: ObjectType<R>, _ body: (inout AuditPass, Key<R>, R) async throws -> Void
  ) async throws {
    guard let table = type.any.table else { return }
    let qualifier = Key(type, Bytes()).any.qualifier
    var columns = ColumnSelection()
    columns.add(family: AnyKey.family, qualifiers: Self.objects)
    var range = KeyRange.all
    while true {
      let rows = try await snapshot.rows(
        Scan(range, columns: columns, cellsPerRowMax: 1), in: table, limit: Self.perPiece)
      for row in rows {
        let place = AnyKey(table: table, row: row.row, qualifier: qualifier)
        guard let key = Key<R>(place) else {
          report.note(.datastore, "\(place)", "the row's key is no id")
          continue
        }
        guard let record = try await passingOver("\(key)", { try await $0.get(key) }) else {
          try await noteMissingRoot(key)
          continue
        }
        try await body(&self, key, record)
      }
      guard rows.count == Self.perPiece, let last = rows.last else { return }
      range.start = last.row.successor
    }
  }

  /// Behind the cells that tell what was deleted, of which a row may have some for good.
  private static var objects: KeyRange { KeyRange(from: Bytes([2]), to: nil) }

  private mutating func noteMissingRoot<R: Record>(_ key: Key<R>) async throws {
    // One that is there and cannot be decoded has been noted.
    if try await snapshot.contains(key) { return }
    report.note(.rowsHaveRoots, "\(key)", "the row has something, and no \(R.objectType.name)")
  }
}

// MARK: - Reading

extension AuditPass {
  /// Reads a record; nil when there is none, or it cannot be decoded, which is noted.
  mutating func find<R: Record>(_ key: Key<R>) async throws -> R? {
    if let record = assumed[key.any] as? R { return record }
    return try await passingOver("\(key)") { try await $0.get(key) }
  }

  /// Reads what may be malformed: that, and that alone, is passed over, and noted.
  mutating func passingOver<T>(
    _ place: @autoclosure () -> String,
    _ read: (inout DatastoreSnapshot<Store>) async throws -> T?
  ) async throws -> T? {
    do {
      return try await read(&snapshot)
    } catch let error as DatastoreError where error.code == .malformed {
      noteUnreadable(error, place())
      return nil
    }
  }

  /// Decodes a child; nil when it cannot be, which is noted.
  mutating func decode<R: Record>(_ child: StoredChild<R>) -> Entry<R>? {
    do {
      return try child.entry()
    } catch {
      noteUnreadable(error, "\(child.place)")
      return nil
    }
  }

  /// Notes once what several others may lead to.
  private mutating func noteUnreadable(_ error: DatastoreError, _ place: String) {
    guard unreadable.count < AuditReport.violationsMax, unreadable.insert(place).inserted else {
      return
    }
    report.note(.datastore, place, "it cannot be read: \(error)")
  }

  /// Goes through the children of a type, up to so many; returns how many there were, whether or not they can be decoded.
  @discardableResult
  mutating func forEachChild<R: Record, Parent>(
    _ type: ObjectType<R>, of parent: Key<Parent>, countMax: Int = .max,
    _ body: (inout AuditPass, Entry<R>) async throws -> Void
  ) async throws -> Int {
    var count = 0
    var cursor: PageCursor?
    repeat {
      let page = try await snapshot.storedChildren(
        type, of: parent, limit: min(Self.perPiece, countMax - count), after: cursor)
      for child in page.children {
        count += 1
        if let entry = decode(child) { try await body(&self, entry) }
      }
      cursor = page.next
    } while cursor != nil && count < countMax
    return count
  }
}

// MARK: - What many have

extension AuditPass {
  /// Expects a text of a length within bounds.
  mutating func expectText(
    _ text: String, bytesMin: Int = 0, bytesMax: Int, _ place: String, _ what: String
  ) {
    report.expect(
      (bytesMin...bytesMax).contains(text.utf8.count), .withinLimits, place,
      "\(what) has \(text.utf8.count) bytes")
  }

  /// Expects the bytes that a record names in the blob store.
  ///
  /// The blob store is of now, the record of the snapshot: bytes that are missing are missed if a later snapshot still has the record name them.
  mutating func expectBlob<R: Record>(
    _ blob: Blob?, of key: Key<R>, _ blobOf: (R) -> Blob?
  ) async throws {
    guard let blob, let blobs else { return }
    report.blobs += 1
    let size = try await blobs.size(of: blob.key)
    if size == blob.size { return }
    let later = try await service.read { try await $0.get(key) }
    guard let later, blobOf(later) == blob else { return }
    report.note(
      .blobsAreThere, "\(key)",
      "the blob \(blob.key) has \(size.map { "\($0)" } ?? "no") bytes, not \(blob.size)")
  }
}

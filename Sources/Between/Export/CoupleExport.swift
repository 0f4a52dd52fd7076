// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// Everything of a couple, line by line, at one moment.
///
/// ```swift
/// try await CoupleExport(between, of: couple).run { line in print(line.json) }
/// ```
///
/// Both accounts (password hashes included, so that both can log in where it is imported), both users, both sides of the conversation, notifications and requests of this couple, and all that
/// they share; records of types that only a later program knows as well, as they are stored. Not: other couples that the two have been in, invitations, and what a later program has put
/// right below the users, as nobody can tell which couple it is of. The bytes of photos, voices and copies are not in the lines; they can be copied to another blob store, under their keys.
///
/// The same data give the same lines. Index entries are not among them, as an import makes them anew.
public struct CoupleExport<Store: AtomicBatchStore>: Sendable {
  private let service: BetweenService<Store>
  private let couple: RandomID
  private let options: ExportOptions

  /// An export of a couple, whether or not it has broken up.
  public init(
    _ service: BetweenService<Store>, of couple: RandomID,
    options: ExportOptions = ExportOptions()
  ) {
    self.service = service
    self.couple = couple
    self.options = options
  }

  /// Reads everything at a snapshot, and hands it on in constant memory.
  ///
  /// - Parameters:
  ///   - target: Where the bytes of photos, voices and copies are put as well, each before the line that names it; nil: nowhere. What is there already stays.
  ///   - body: Takes each line.
  /// - Returns: How many records and metadata there were.
  /// - Throws: `notPaired` when there is no such couple, or it is being purged; `noSuchUser`; `noBlobStore` when bytes are to be copied and the service has none; what `body` throws; errors of the store;
  ///   `BlobError`, `notFound` also for bytes that were collected while the export ran, `tooLarge` for more than are held in memory.
  @discardableResult
  public func run(
    copyingBlobsTo target: (any BlobStore)? = nil, _ body: (ExportLine) async throws -> Void
  ) async throws -> Int {
    let copying = try target.map { BlobCopying(from: try service.requireBlobs(), to: $0) }
    var snapshot = try service.datastore.snapshot()
    let relationship = try await service.couples.relationship(couple, in: &snapshot)
    guard relationship.isPurging != true else {
      throw BetweenError(.notPaired, "the couple \(couple) is being purged")
    }
    let header = ExportHeader(
      couple: couple, first: relationship.first, second: relationship.second,
      hasAccounts: options.includesAccounts)
    let selection = ExportSelection(
      couple: couple, indexes: try await snapshot.knownIndexNumbers())
    try await body(.header(header))
    var count = 0
    for id in header.users {
      let user = try await service.accounts.user(id, in: &snapshot)
      if options.includesAccounts {
        count += try await run(
          Key(.account, user.accountID).any, selection, copying, &snapshot, body)
      }
      count += try await run(Key(.user, id).any, selection, copying, &snapshot, body)
    }
    count += try await run(Key(.relationship, couple).any, selection, copying, &snapshot, body)
    try await body(.end(count: count))
    return count
  }

  private static var cellsPerPiece: Int { 64 }

  /// Goes through a row.
  private func run(
    _ root: AnyKey, _ selection: ExportSelection, _ copying: BlobCopying?,
    _ snapshot: inout DatastoreSnapshot<Store>,
    _ body: (ExportLine) async throws -> Void
  ) async throws -> Int {
    var (count, range) = (0, KeyRange.all)
    while true {
      var columns = ColumnSelection()
      columns.add(family: AnyKey.family, qualifiers: range)
      let row = try await snapshot.get(
        Get(root.row, columns: columns, cellsMax: Self.cellsPerPiece), in: root.table)
      let cells = row.map(Array.init) ?? []
      for cell in cells {
        let key = AnyKey(table: root.table, row: root.row, qualifier: cell.column.qualifier)
        guard let line = try selection.line(key, cell.value) else { continue }
        if let copying, case .record(_, let stored) = line {
          for blob in try service.datastore.schema.blobs(ofStored: stored, at: key) {
            try await copying.copy(blob)
          }
        }
        try await body(line)
        count += 1
      }
      guard cells.count == Self.cellsPerPiece, let last = cells.last else { return count }
      range.start = last.column.qualifier.successor
    }
  }
}

/// What an export has in it.
public struct ExportOptions: Hashable, Sendable {
  /// Whether both accounts are in it, with addresses and password hashes; by default they are.
  ///
  /// Without them it is for people who ask for their data, and cannot be imported.
  public var includesAccounts = true

  /// Creates the default options.
  public init() {}
}

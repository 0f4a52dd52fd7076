// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The batch of a transaction, taken apart for a commit in two phases.
struct CommitPlan: Sendable {
  /// A row that is written.
  struct Write: Sendable {
    /// Its place in the batch.
    var operation: Int
    var name: TransactionRow
    var headerBefore: Bytes?
    /// What is to be done beside the header, with the transaction's version as its timestamp.
    var changes: [Mutation]
  }

  /// A row that is only read.
  struct Read: Sendable {
    var operation: Int
    var name: TransactionRow
    var header: Bytes?
  }

  /// The header that is to be left in each row written.
  let outcome: LockHeader
  private(set) var writes: [Write] = []
  private(set) var reads: [Read] = []
  let ranges: [UnchangedRange]

  /// The tables of the rows that are written.
  var tablesWritten: [String] { Set(writes.map(\.name.table)).sorted() }

  /// The row that holds the decision: the first that is written.
  var primary: Write { writes[0] }

  /// The header that locks a row.
  var prewritten: LockHeader {
    .prewritten(outcome.transactionID, version: outcome.version)
  }

  /// The version of the rows written.
  var version: Timestamp { Timestamp(microseconds: Int64(clamping: outcome.version)) }

  /// Takes a batch apart; nil for one that writes nothing.
  ///
  /// - Parameters:
  ///   - batch: The batch.
  ///   - known: The header that a row is to have, where it is not the one in the batch.
  /// - Throws: `invalidArgument` for a batch that is not a transaction's.
  init?(
    _ batch: AtomicBatch, _ known: (TransactionRow, Bytes?) -> Bytes?
  ) throws(StoreError) {
    var outcome: LockHeader?
    for (place, part) in batch.operations.enumerated() {
      let name = TransactionRow(table: part.table, row: part.operation.row)
      let before = known(name, try Self.headerBefore(part.operation))
      let mutations = part.operation.rowMutations.mutations
      if mutations.isEmpty {
        reads.append(Read(operation: place, name: name, header: before))
        continue
      }
      let header = try Self.header(mutations)
      if let outcome, outcome != header { throw Self.notOne("has more than one owner") }
      outcome = header
      let changes = mutations.filter { $0.family != LockColumn.header.family }
      writes.append(
        Write(operation: place, name: name, headerBefore: before, changes: changes))
    }
    guard let outcome else { return nil }
    self.outcome = outcome
    ranges = batch.unchangedRanges
  }

  private static func headerBefore(_ operation: CheckAndMutate) throws(StoreError) -> Bytes? {
    if operation.conditions.count == 1 {
      switch operation.conditions[0] {
      case .equals(LockColumn.header, let header): return header
      case .absent(LockColumn.header): return nil
      default: break
      }
    }
    throw notOne("compares something else than the headers of its rows")
  }

  private static func header(_ mutations: [Mutation]) throws(StoreError) -> LockHeader {
    if case .put(LockColumn.header, _, let value, nil)? = mutations.first,
      let header = LockHeader(decoding: value), header.state == .stable,
      header.outcome == .committed
    {
      return header
    }
    throw notOne("writes a row without its header")
  }

  private static func notOne(_ why: String) -> StoreError {
    StoreError(
      .invalidArgument,
      "only transactions commit in two phases, and this batch is not one's: it \(why)")
  }

  /// The place of the first row that has a version which the transaction's does not exceed; nil: there is none.
  var tooOld: Int? {
    let headers =
      writes.map { ($0.operation, $0.headerBefore) } + reads.map { ($0.operation, $0.header) }
    return headers.first { _, bytes in
      guard let bytes else { return false }
      return LockHeader(decoding: bytes).map { $0.version >= outcome.version } ?? true
    }?.0
  }

  /// Puts resolved changes in the place of a row's.
  mutating func setChanges(_ changes: [Mutation], ofWrite index: Int) {
    writes[index].changes = changes
  }

  /// What is intended with a row, as it stands beside its lock.
  func intents(of write: Write, _ incarnation: StoreIncarnation) -> LockIntents {
    let isPrimary = write.name == primary.name
    return LockIntents(
      primary: isPrimary ? nil : primary.name,
      primaryHeaderBefore: isPrimary ? nil : primary.headerBefore,
      dependsOnOthers: isPrimary && (!reads.isEmpty || !ranges.isEmpty),
      secondaries: isPrimary ? writes.dropFirst().map(\.name) : [],
      redo: Redo(write.changes).encode(), incarnation: incarnation)
  }

  /// What locks a row: its header, and what is intended beside it.
  func prewrite(_ write: Write, _ incarnation: StoreIncarnation) -> BatchOperation {
    let intents = intents(of: write, incarnation)
    let mutations: [Mutation] = [
      .put(LockColumn.header, timestamp: version, value: prewritten.encode()),
      .put(LockColumn.intents, timestamp: version, value: intents.encode()),
    ]
    return BatchOperation(
      table: write.name.table,
      operation: CheckAndMutate(
        [.header(write.headerBefore)], RowMutations(write.name.row, mutations)))
  }
}

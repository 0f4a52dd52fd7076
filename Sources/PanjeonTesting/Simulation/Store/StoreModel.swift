// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The contract of an `AtomicBatchStore`, in memory and as plainly as it can be put: each call is one step.
struct StoreModel {
  /// A restart, and what it left.
  struct Restart {
    /// The last sequence that is left of what there was.
    var last: UInt64
  }

  let limits = StoreLimits()
  let bug: PlantedBug?
  var tables: [String: TableModel] = [:]
  var log = LogModel()
  private(set) var restarts: [Restart] = []
  /// The last sequence that was ever given: what a restart has lost is never given to anything else.
  var lastSequence: UInt64 = 0
  var lastTimestamp: Int64 = 0

  /// How many sequences back a snapshot may be.
  static let snapshotSequencesMax: UInt64 = 1_000_000

  init(bug: PlantedBug?) {
    self.bug = bug
  }

  func table(_ name: String) throws(StoreError) -> TableModel {
    if let table = tables[name] { return table }
    throw StoreError(.noSuchTable, "there is no table '\(name)'")
  }

  func snapshot(_ level: SnapshotLevel, time: Int64) -> SimulatedSnapshot {
    let sequence = level == .visible ? log.visible : log.sequenced
    return SimulatedSnapshot(sequence: sequence, restarts: restarts.count, time: time)
  }

  /// Whether a restart since has lost something at or before a sequence.
  func hasLost(_ sequence: UInt64, sinceRestart count: Int) -> Bool {
    if bug == .acknowledgesLost { return false }
    return restarts[count...].contains { $0.last < sequence }
  }

  /// Refuses a snapshot that has seen what is lost, or that is too old.
  func requireValid(_ snapshot: SimulatedSnapshot) throws(StoreError) {
    if bug != .readsLostSnapshots, hasLost(snapshot.sequence, sinceRestart: snapshot.restarts) {
      throw StoreError(
        .snapshotTooOld, "the store was restarted, and has lost what the snapshot has seen")
    }
    if lastSequence - min(lastSequence, snapshot.sequence) > Self.snapshotSequencesMax {
      throw StoreError(.snapshotTooOld, "there have been too many changes since the snapshot")
    }
  }

  /// Reads a row; nil when it has none of the selected cells.
  func get(
    _ get: Get, in name: String, at snapshot: SimulatedSnapshot
  ) throws(StoreError) -> RowResult? {
    try get.validate()
    try requireValid(snapshot)
    let table = try table(name)
    try table.require(get.columns)
    if let start = get.startingAt { try table.require(family: start.family) }
    let sequence = bug == .readsNewest ? log.sequenced : snapshot.sequence
    return table.row(get.row, at: sequence).result(get, table.schema, time: snapshot.time)
  }

  /// The rows and pieces of rows of a scan, all at once.
  func scan(
    _ scan: Scan, in name: String, at snapshot: SimulatedSnapshot
  ) throws(StoreError) -> [RowResult] {
    try scan.validate()
    try requireValid(snapshot)
    let table = try table(name)
    try table.require(scan.columns)
    let keys = table.keys(in: scan.rows)
    var rowsLeft = scan.rowsMax ?? .max
    var cellsLeft = scan.cellsMax ?? .max
    var results: [RowResult] = []
    for key in scan.isReversed ? keys.reversed() : keys where rowsLeft > 0 && cellsLeft > 0 {
      let get = Get(
        key, columns: scan.columns, versionsMax: scan.versionsMax, cellsMax: scan.cellsPerRowMax,
        filter: scan.filter)
      let read = table.row(key, at: snapshot.sequence).result(
        get, table.schema, time: snapshot.time)
      guard let row = read?.dropping(first: 0, keeping: cellsLeft) else { continue }
      rowsLeft -= 1
      cellsLeft -= row.count
      results += row.pieces(of: scan.cellsPerBatchMax ?? .max)
    }
    return results
  }

  /// Loses what was not durable enough: the store has died and been opened again.
  ///
  /// - Parameters:
  ///   - losesPower: Whether what the operating system had is lost as well.
  ///   - keeping: How many of the batches that it had are kept all the same.
  mutating func restart(losesPower: Bool, keeping: Int) {
    let last = losesPower ? log.losePower(keeping: keeping) : log.loseProcess()
    restarts.append(Restart(last: last))
    if bug == .acknowledgesLost { lastSequence = last }
    for name in tables.keys { tables[name]?.cut(to: last) }
  }
}

extension RowResult {
  /// The row in pieces of so many cells.
  fileprivate func pieces(of size: Int) -> [RowResult] {
    if count <= size { return [self] }
    return stride(from: 0, to: count, by: size).compactMap { dropping(first: $0, keeping: size) }
  }
}

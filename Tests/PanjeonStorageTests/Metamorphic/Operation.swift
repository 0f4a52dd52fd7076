// SPDX-License-Identifier: Apache-2.0

import WideColumn

/// One step of a metamorphic history; what it answers must not depend on how the store is configured.
enum Operation: CustomStringConvertible {
  case commit([BatchOperation])
  case readModifyWrite(String, CheckAndMutate)
  /// Rows with puts alone, ascending.
  case ingest(String, [RowMutations])
  case get(String, Get, snapshot: Int?)
  case scan(String, Scan, snapshot: Int?)
  case pin
  case unpin(Int)
  case advance(Int)
  case flush
  case compact(String, KeyRange)
  case split(String, RowKey)
  case merge(String, Int)
  case truncate(String, keepsRegions: Bool)
  case deleteRows(String, KeyRange)
  case addFamily(String)
  case dropFamily(String)
  case reopen
  case crash
  /// The history goes on in a checkpoint of the store.
  case moveToCheckpoint
  /// The history goes on in what a backup of the store is restored to.
  case moveToBackup
  case verify

  var description: String {
    switch self {
    case .commit(let parts):
      let texts = parts.map { part in
        let conditions = part.operation.conditions.map { "\($0)" }.joined(separator: ", ")
        let changes = part.operation.rowMutations.mutations.map { "\($0)" }
          .joined(separator: ", ")
        return "\(part.table)/\(part.operation.row) if [\(conditions)] [\(changes)]"
      }
      return "commit " + texts.joined(separator: " and ")
    case .readModifyWrite(let table, let operation):
      return "readModifyWrite \(table)/\(operation.row) if \(operation.conditions) "
        + "\(operation.rowMutations.mutations)"
    case .ingest(let table, let rows):
      return "ingest \(table) " + rows.map { "\($0.row) \($0.mutations)" }.joined(separator: ", ")
    case .get(let table, let get, let snapshot): return "get \(table) \(get) at \(name(snapshot))"
    case .scan(let table, let scan, let snapshot):
      return "scan \(table) \(scan) at \(name(snapshot))"
    case .pin: return "pin"
    case .unpin(let number): return "unpin \(number)"
    case .advance(let microseconds): return "advance \(microseconds)"
    case .flush: return "flush"
    case .compact(let table, let rows): return "compact \(table) \(rows)"
    case .split(let table, let row): return "split \(table) at \(row)"
    case .merge(let table, let number): return "merge \(table) \(number)"
    case .truncate(let table, let keepsRegions): return "truncate \(table) \(keepsRegions)"
    case .deleteRows(let table, let rows): return "deleteRows \(table) \(rows)"
    case .addFamily(let table): return "addFamily \(table)"
    case .dropFamily(let table): return "dropFamily \(table)"
    case .reopen: return "reopen"
    case .crash: return "crash"
    case .moveToCheckpoint: return "moveToCheckpoint"
    case .moveToBackup: return "moveToBackup"
    case .verify: return "verify"
    }
  }

  private func name(_ snapshot: Int?) -> String { snapshot.map { "snapshot \($0)" } ?? "now" }
}

/// How what a store or the model answers is written down.
enum Answer {
  static func row(_ row: Bytes, _ cells: [Cell]) -> String {
    "\(row): " + cells.map { "\($0.column)@\($0.timestamp)=\($0.value)" }.joined(separator: " ")
  }

  static func rows(_ rows: [(Bytes, [Cell])]) -> String {
    rows.map { row($0.0, $0.1) }.joined(separator: "; ")
  }
}

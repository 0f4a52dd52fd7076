// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// What a client asks of a store far away.
package enum RemoteCall: Hashable, Sendable {
  /// Nothing: whether the server is there.
  case ping
  case schema(of: String)
  case get(Get, table: String)
  /// Begins a scan, and reads its first rows.
  case scan(Scan, table: String)
  /// The next rows of a scan of the same connection.
  case nextRows(cursor: UInt64)
  /// Ends a scan; not answered.
  case closeScan(cursor: UInt64)
  case checkAndMutate(CheckAndMutate, table: String, Durability)
  case checkAndMutateBatch([CheckAndMutate], table: String, Durability)
  case createTable(TableSchema)
  case tables
  case alterTable(TableSchema)
  case dropTable(String)
  case truncateTable(String, keepsRegions: Bool)
}

extension RemoteCall {
  /// Whether to make the call twice is something else than to make it once.
  package var isChange: Bool {
    switch self {
    case .ping, .schema, .get, .scan, .nextRows, .closeScan, .tables: false
    case .checkAndMutate, .checkAndMutateBatch, .createTable, .alterTable, .dropTable,
      .truncateTable:
      true
    }
  }
}

extension RemoteCall: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(byte: kind.number)
    switch self {
    case .ping, .tables: break
    case .schema(let table), .dropTable(let table): encoder.append(table)
    case .get(let get, let table):
      encoder.append(get)
      encoder.append(table)
    case .scan(let scan, let table):
      encoder.append(scan)
      encoder.append(table)
    case .nextRows(let cursor), .closeScan(let cursor): encoder.append(cursor)
    case .checkAndMutate(let operation, let table, let durability):
      encoder.append(operation)
      encoder.append(table)
      encoder.append(durability)
    case .checkAndMutateBatch(let operations, let table, let durability):
      encoder.append(operations)
      encoder.append(table)
      encoder.append(durability)
    case .createTable(let schema), .alterTable(let schema): encoder.append(schema)
    case .truncateTable(let table, let keepsRegions):
      encoder.append(table)
      encoder.append(keepsRegions)
    }
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    guard let kind = StoreServerRequest.Kind(number: try decoder.byte()) else {
      throw MalformedBytes()
    }
    switch kind {
    case .ping: self = .ping
    case .schema: self = .schema(of: try decoder.text())
    case .get: self = .get(try decoder.value(), table: try decoder.text())
    case .scan: self = .scan(try decoder.value(), table: try decoder.text())
    case .nextRows: self = .nextRows(cursor: try decoder.unsigned())
    case .closeScan: self = .closeScan(cursor: try decoder.unsigned())
    case .checkAndMutate:
      self = .checkAndMutate(
        try decoder.value(), table: try decoder.text(), try decoder.value())
    case .checkAndMutateBatch:
      self = .checkAndMutateBatch(
        try decoder.list(), table: try decoder.text(), try decoder.value())
    case .createTable: self = .createTable(try decoder.value())
    case .tables: self = .tables
    case .alterTable: self = .alterTable(try decoder.value())
    case .dropTable: self = .dropTable(try decoder.text())
    case .truncateTable:
      self = .truncateTable(try decoder.text(), keepsRegions: try decoder.flag())
    }
  }

  /// Which call it is.
  package var kind: StoreServerRequest.Kind {
    switch self {
    case .ping: .ping
    case .schema: .schema
    case .get: .get
    case .scan: .scan
    case .nextRows: .nextRows
    case .closeScan: .closeScan
    case .checkAndMutate: .checkAndMutate
    case .checkAndMutateBatch: .checkAndMutateBatch
    case .createTable: .createTable
    case .tables: .tables
    case .alterTable: .alterTable
    case .dropTable: .dropTable
    case .truncateTable: .truncateTable
    }
  }

  /// The table it is about; nil when that is not said.
  package var table: String? {
    switch self {
    case .ping, .nextRows, .closeScan, .tables: nil
    case .schema(let table), .get(_, let table), .scan(_, let table),
      .checkAndMutate(_, let table, _), .checkAndMutateBatch(_, let table, _),
      .dropTable(let table), .truncateTable(let table, _):
      table
    case .createTable(let schema), .alterTable(let schema): schema.name
    }
  }
}

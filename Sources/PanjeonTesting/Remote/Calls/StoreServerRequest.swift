// SPDX-License-Identifier: Apache-2.0

/// A call as the server of a store sees it: what a test decides by whether it meets a fault.
public struct StoreServerRequest: Hashable, Sendable {
  /// Which call it is.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Whether the server is there.
    case ping
    /// The shape of a table.
    case schema
    /// A read of one row.
    case get
    /// The beginning of a scan, which reads its first rows.
    case scan
    /// Further rows of a scan.
    case nextRows
    /// The end of a scan that was not read to its end.
    case closeScan
    /// A conditional change of one row.
    case checkAndMutate
    /// Conditional changes of many rows, each on its own.
    case checkAndMutateBatch
    /// The creation of a table.
    case createTable
    /// The shapes of all tables.
    case tables
    /// Another schema for a table.
    case alterTable
    /// The removal of a table.
    case dropTable
    /// The removal of a table's rows.
    case truncateTable
  }

  /// Which call it is.
  public let kind: Kind

  /// The table that it is about; nil when it is about none, or goes on with a scan.
  public let table: String?

  /// Whether it changes something, so that its client cannot know what came of it when the connection breaks.
  public let isChange: Bool

  /// The connection it came by, counted from one.
  public let connection: UInt64

  init(_ call: RemoteCall, connection: UInt64) {
    kind = call.kind
    table = call.table
    isChange = call.isChange
    self.connection = connection
  }
}

extension StoreServerRequest.Kind {
  /// Its number on the wire.
  var number: UInt8 {
    switch self {
    case .ping: 0
    case .schema: 1
    case .get: 2
    case .scan: 3
    case .nextRows: 4
    case .closeScan: 5
    case .checkAndMutate: 6
    case .checkAndMutateBatch: 7
    case .createTable: 8
    case .tables: 9
    case .alterTable: 10
    case .dropTable: 11
    case .truncateTable: 12
    }
  }

  private static let byNumber = Dictionary(
    allCases.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })

  init?(number: UInt8) {
    guard let kind = Self.byNumber[number] else { return nil }
    self = kind
  }
}

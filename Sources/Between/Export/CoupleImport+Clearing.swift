// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension CoupleImport {
  /// The roots of the rows that an import writes to before the last transaction.
  static func rows(of header: ExportHeader) -> [AnyKey] {
    header.users.map { Key(.user, $0).any } + [Key(.relationship, header.couple).any]
  }

  /// Deletes what this import has written, unless it was finished; nothing is seen of it.
  ///
  /// In transactions of some hundred objects. Throws errors of transactions; what is left then, the next import of the couple clears away.
  public mutating func cancel() async throws {
    guard let header = abandon() else { return }
    for row in Self.rows(of: header) { try await clear(row) }
  }

  /// Deletes what an import that was cut off has left below a root that is not there.
  ///
  /// Throws `notEmpty` when the root is there.
  func clear(_ root: AnyKey) async throws {
    var isClear = false
    while !isClear {
      isClear = try await service.write { transaction in
        try await Self.requireAbsent(root, in: &transaction)
        let (_, isAll) = try await transaction.deleteDescendants(
          of: root, objectsMax: Self.linesPerTransaction)
        guard isAll else { return false }
        return try await transaction.clearRow(of: root, cellsMax: Self.linesPerTransaction)
      }
    }
  }

  /// Throws `notEmpty` when a root is there.
  static func requireAbsent(
    _ root: AnyKey, in reader: inout some DatastoreReader & ~Copyable
  ) async throws {
    if try await reader.storedBytes(at: root) != nil {
      throw BetweenError(.notEmpty, "\(root) is there already")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension Transaction {
  /// Reads a row with its header.
  func read(_ get: Get, in table: String) async throws -> RowResult? {
    do {
      return try await store.get(get, in: table, at: snapshot)
    } catch {
      throw await explained(error, [table])
    }
  }

  /// Reads rows with their headers.
  func read(_ gets: [Get], in table: String) async throws -> [RowResult?] {
    do {
      return try await store.get(gets, in: table, at: snapshot)
    } catch {
      throw await explained(error, [table])
    }
  }

  /// An error of the store, or, if the reason is that a table takes no part in transactions, one that says so.
  func explained(_ error: StoreError, _ tables: [String]) async -> any Error {
    guard error.code == .noSuchFamily else { return error }
    for table in tables {
      do {
        if try await store.schema(of: table).isTransactional { continue }
      } catch {
        continue
      }
      return TransactionError(
        .misuse,
        "table '\(table)' takes no part in transactions: it lacks the family '!lock!', which enableTransactions(in:) adds",
        cause: error)
    }
    return error
  }
}

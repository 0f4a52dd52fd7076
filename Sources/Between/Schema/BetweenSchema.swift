// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// The tables of Between: one for each kind of root object.
public enum BetweenSchema {
  /// Credentials, by account id.
  public static let account = "account"

  /// People, by user id: profile, messages, conversation.
  public static let user = "user"

  /// Couples, by relationship id: the profile they share.
  public static let relationship = "relationship"

  /// The family of everything but locks.
  public static let dataFamily = "data"

  /// The shapes of the tables.
  public static let tables = [account, user, relationship].map { name in
    TableSchema(name: name, families: [.lock, ColumnFamily(dataFamily)])
  }

  /// Creates the tables that are missing.
  ///
  /// Throws errors of the store.
  public static func create(in database: Database) async throws(StoreError) {
    for table in tables { try await database.createTableIfNeeded(table) }
  }
}

// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// Credentials: who may act as a user.
public struct Account: Record, Hashable {
  /// Number 2, a root in the table `account`.
  public static let objectType = ObjectType<Account>(
    2, "account", table: BetweenSchema.accountTable)

  /// Accounts that are not closed by ``EmailAddress/normalized``, unique, in the table `email_account`.
  public static let byEmail = Index(
    30, "account_by_email",
    on: { (account: Account) -> String? in
      account.email.isEmpty ? nil : EmailAddress.normalize(account.email)
    },
    scope: .table(BetweenSchema.emailAccountTable), isUnique: true)

  /// ``byEmail``.
  public static var indexes: [IndexDefinition<Account>] { [byEmail.definition] }

  /// The address as it was given; empty once the account is closed.
  public var email: String
  /// What the hasher (``PasswordHasher``) made of the password; empty once the account is closed.
  public var passwordHash: String
  /// The user.
  public var userID: RandomID
  /// When it was created.
  public var createdAt: Timestamp

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// The address.
    case email = 1
    /// The password's hash.
    case passwordHash = 2
    /// The user.
    case userID = 3
    /// When it was created.
    case createdAt = 4
  }
}

// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// A person.
public struct User: Record, Hashable {
  /// Number 3, a root in the table `user`.
  public static let objectType = ObjectType<User>(3, "user", table: BetweenSchema.userTable)

  /// Users whose accounts are closed by when that was, in the table `user_closed`: for those who delete them.
  public static let closed = Index(
    38, "user_closed", on: { (user: User) -> Timestamp? in user.closedAt },
    scope: .table(BetweenSchema.userClosedTable))

  /// ``closed``.
  public static var indexes: [IndexDefinition<User>] { [closed.definition] }

  /// The name.
  public var name: String
  /// The account.
  public var accountID: RandomID
  /// The couple the user is in; nil for none.
  public var relationshipID: RandomID?
  /// The couple that has broken up last, as long as it is not purged.
  public var formerRelationshipID: RandomID?
  /// The code of the user's invitation, until it is used, withdrawn or replaced.
  public var invitationCode: String?
  /// When it was created.
  public var createdAt: Timestamp
  /// When the account was closed; nil while it is open.
  public var closedAt: Timestamp?

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// The name.
    case name = 1
    /// The account.
    case accountID = 2
    /// The couple.
    case relationshipID = 3
    /// The couple before.
    case formerRelationshipID = 4
    /// The invitation.
    case invitationCode = 5
    /// When it was created.
    case createdAt = 6
    /// When the account was closed.
    case closedAt = 7
  }
}

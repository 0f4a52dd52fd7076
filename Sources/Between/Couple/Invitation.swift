// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// That a user invites who knows the code, the key, to be a couple.
///
/// Used once, and only until it expires. A user has one at the most.
public struct Invitation: Record, Hashable {
  /// Number 5, a root in the table `invitation`; its id is the code.
  public static let objectType = ObjectType<Invitation>(
    5, "invitation", table: BetweenSchema.invitationTable)

  /// Who invites.
  public var inviter: RandomID
  /// When.
  public var createdAt: Timestamp
  /// From when on it is no good.
  public var expiresAt: Timestamp

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// Who invites.
    case inviter = 1
    /// When.
    case createdAt = 2
    /// Until when.
    case expiresAt = 3
  }
}

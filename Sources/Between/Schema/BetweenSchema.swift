// SPDX-License-Identifier: Apache-2.0

public import Panjeon

/// The trees of Between's records: a table for each kind of root, whose row has all that is below it.
///
/// Numbers and names are part of the format; the page *Formats/BetweenFormat* lists them.
public enum BetweenSchema {
  /// Credentials, by account id.
  public static let accountTable = "account"
  /// People, by user id: profile and conversations.
  public static let userTable = "user"
  /// Couples, by relationship id: what they share.
  public static let relationshipTable = "relationship"
  /// Invitations, by code.
  public static let invitationTable = "invitation"
  /// From the address of an e-mail to the account.
  public static let emailAccountTable = "email_account"

  /// What a datastore of Between is opened with.
  public static let datastore = DatastoreSchema {
    Root(.account)
    Root(.user) {
      Children(.conversation) { Children(.message) }
    }
    Root(.relationship)
    Root(.invitation)
  }
}

extension ObjectType<Account> {
  /// Credentials: a root.
  public static var account: Self { Account.objectType }
}

extension ObjectType<User> {
  /// People: a root.
  public static var user: Self { User.objectType }
}

extension ObjectType<Relationship> {
  /// Couples: a root.
  public static var relationship: Self { Relationship.objectType }
}

extension ObjectType<Invitation> {
  /// Invitations: a root.
  public static var invitation: Self { Invitation.objectType }
}

extension ObjectType<Conversation> {
  /// A user's side of a couple's conversation, below the user; its id is the couple's.
  public static var conversation: Self { Conversation.objectType }
}

extension ObjectType<Message> {
  /// Messages, below a conversation.
  public static var message: Self { Message.objectType }
}

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

  /// Requests for back-ups that are to be worked off.
  public static let backupPendingTable = "backup_pending"

  /// Couples that have broken up, by when: they are to be purged.
  public static let purgeDueTable = "purge_due"

  /// Users whose accounts are closed, by when: they are to be deleted.
  public static let userClosedTable = "user_closed"

  /// What a datastore of Between is opened with.
  public static let datastore = DatastoreSchema {
    Root(.account)
    Root(.user) {
      Children(.conversation) { Children(.message) }
      Children(.notification)
      Children(.backupRequest)
    }
    Root(.relationship) {
      Children(.album)
      Children(.photo) { Children(.comment) }
      Children(.memo) { Children(.comment) }
      Children(.event) { Children(.comment) }
    }
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

extension ObjectType<Notification> {
  /// What users are told, below a user.
  public static var notification: Self { Notification.objectType }
}

extension ObjectType<BackupRequest> {
  /// Requests for copies of conversations, below a user.
  public static var backupRequest: Self { BackupRequest.objectType }
}

extension ObjectType<Album> {
  /// Albums, below a relationship.
  public static var album: Self { Album.objectType }
}

extension ObjectType<Photo> {
  /// Photos, below a relationship.
  public static var photo: Self { Photo.objectType }
}

extension ObjectType<Memo> {
  /// Memos, below a relationship.
  public static var memo: Self { Memo.objectType }
}

extension ObjectType<Event> {
  /// Events and anniversaries, below a relationship.
  public static var event: Self { Event.objectType }
}

extension ObjectType<Comment> {
  /// Comments, below a photo, a memo or an event.
  public static var comment: Self { Comment.objectType }
}

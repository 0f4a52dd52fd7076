// SPDX-License-Identifier: Apache-2.0

/// What holds in Between's data between any two commits: all of it, and nowhere else.
///
/// ``BetweenAudit`` checks each. *A side* is one partner's conversation.
public enum Invariant: String, CaseIterable, Hashable, Sendable, Codable {
  /// Collections count their members, indexes have the entries they should, and everything can be decoded (`Datastore.verify`).
  ///
  /// So an address leads to the account that has it, and to no other.
  case datastore

  /// Where a row has something, it has its user, account, invitation or couple; and where a user has messages, their conversation. A couple's own record is the last that a purge deletes, so that
  /// what is left with none is the rest of an import that was cut off.
  case rowsHaveRoots

  /// An account's user is there and names the account, and a user's account is there and names the user.
  case accountHasUser

  /// A couple is of two users that are there.
  case coupleHasPartners

  /// Both users of a couple that has not broken up are in it, and who is in a couple is one of its two.
  case coupleIsMutual

  /// Nobody is in a couple that has broken up. The one that a user names as the one before has broken up and is not being purged; who was in it need not name it: there may have been another one since,
  /// also in a store that it was not exported to.
  case formerCoupleIsBroken

  /// An invitation is the one that its user names, who is in no couple; and a code that a user names is there.
  case invitationIsItsUsers

  /// Both users of a couple have a conversation of it, with the other; and a user's conversation is of a couple that is there and is the user's.
  case conversationHasCouple

  /// A message is from one of the two.
  case senderIsPartner

  /// A later id was sent later, and none later than the conversation says; ids go up to the one that was given last, and the next one is the one behind it.
  case messagesAreInOrder

  /// A side has as many messages as were sent, but for those deleted on it: none is lost.
  case messagesAreAccounted

  /// A message that both sides have is the same in both, byte for byte, and the same number was sent on both.
  case sidesAgree

  /// The head of a conversation names its last message, and the beginning of its text.
  case headIsLastMessage

  /// The unread count is the number of the partner's messages behind the mark.
  case unreadIsCounted

  /// A mark is on a message that was sent, and the partner is shown the same.
  case marksAgree

  /// A photo's album is there, and an album counts the photos that are in it.
  case albumsCountPhotos

  /// What is shared is by one of the two, and a comment is on something that is there.
  case sharedByPartners

  /// A user has no more notifications, requests and open requests than may be, of couples that are there.
  case noticesAreBounded

  /// A notification of something that was shared or commented on says what, of the type it should be; one of the couple itself says nothing.
  case notificationsHaveSubjects

  /// A day of a calendar has no more events than may be, and a day of the year no more anniversaries.
  case daysAreBounded

  /// Who has closed the account is in no couple, invites nobody, and has no address and no password; nobody else is without an address.
  case closedIsGone

  /// A request for a back-up that is done has its copy, and no other has one.
  case backupsHaveCopies

  /// Texts, names, titles and addresses are no longer than they may be, nor empty where they may not be, and what is commented on has no more comments than it may (``BetweenLimits``).
  case withinLimits

  /// The bytes that a record names are in the blob store, and as many as it says.
  case blobsAreThere

  /// The invariant, in a sentence.
  public var sentence: String {
    switch self {
    case .datastore: "collections, indexes and records are as the datastore writes them"
    case .rowsHaveRoots: "nothing is left of what is gone"
    case .accountHasUser: "account and user name each other"
    case .coupleHasPartners: "a couple is of two users that are there"
    case .coupleIsMutual: "couple and users name each other while it lasts"
    case .formerCoupleIsBroken: "nobody is in a couple that has broken up"
    case .invitationIsItsUsers: "invitation and user name each other"
    case .conversationHasCouple: "each user of a couple has a conversation of it, and no others"
    case .senderIsPartner: "a message is from one of the two"
    case .messagesAreInOrder: "a later id was sent later"
    case .messagesAreAccounted: "messages, and those deleted, are as many as were sent"
    case .sidesAgree: "both sides have the same messages"
    case .headIsLastMessage: "the head is the last message"
    case .unreadIsCounted: "the unread count is that of the partner's messages behind the mark"
    case .marksAgree: "marks are on messages, and the partner sees the same"
    case .albumsCountPhotos: "albums are there, and count their photos"
    case .sharedByPartners: "what is shared is by one of the two, comments are on something"
    case .noticesAreBounded: "notifications and requests are few, and of couples that are there"
    case .notificationsHaveSubjects: "a notification says what it is about"
    case .daysAreBounded: "a day has no more events than may be"
    case .closedIsGone: "closed accounts, and no others, have no address, no couple, no invitation"
    case .backupsHaveCopies: "a back-up that is done has its copy"
    case .withinLimits: "nothing is longer, or more, than it may be"
    case .blobsAreThere: "the bytes of photos and voices are there"
    }
  }
}

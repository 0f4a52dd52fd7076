// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// A note that a couple shares.
public struct Memo: Record, Hashable {
  /// Number 12, below a relationship.
  public static let objectType = ObjectType<Memo>(12, "memo")

  /// Who wrote it.
  public var author: RandomID
  /// What it says.
  public var text: String
  /// When it was written.
  public var createdAt: Timestamp
  /// When it was changed last.
  public var editedAt: Timestamp?

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// Who wrote it.
    case author = 1
    /// What it says.
    case text = 2
    /// When it was written.
    case createdAt = 3
    /// When it was changed.
    case editedAt = 4
  }
}

/// What somebody has written under a photo, a memo or an event.
public struct Comment: Record, Hashable {
  /// Number 14, below a photo, a memo or an event.
  public static let objectType = ObjectType<Comment>(14, "comment")

  /// A couple's comments by who wrote them and when.
  public static let byAuthor = Index(
    35, "comment_by_author",
    on: { (comment: Comment) in KeyPair(comment.author, comment.createdAt) },
    scope: .root)

  /// ``byAuthor``.
  public static var indexes: [IndexDefinition<Comment>] { [byAuthor.definition] }

  /// Who wrote it.
  public var author: RandomID
  /// What it says.
  public var text: String
  /// When it was written.
  public var createdAt: Timestamp

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// Who wrote it.
    case author = 1
    /// What it says.
    case text = 2
    /// When it was written.
    case createdAt = 3
  }
}

/// What comments can be written under: photos, memos and events.
public protocol Commentable: Record {}

extension Photo: Commentable {}
extension Memo: Commentable {}
extension Event: Commentable {}

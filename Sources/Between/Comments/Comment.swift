// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

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

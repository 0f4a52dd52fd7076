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

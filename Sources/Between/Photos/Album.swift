// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// Some of a couple's photos under a title.
public struct Album: Record, Hashable {
  /// Number 10, below a relationship.
  public static let objectType = ObjectType<Album>(10, "album")

  /// Who made it.
  public var author: RandomID
  /// What it is called.
  public var title: String
  /// When it was made.
  public var createdAt: Timestamp
  /// How many photos are in it.
  public var photoCount: UInt64

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// Who made it.
    case author = 1
    /// The title.
    case title = 2
    /// When it was made.
    case createdAt = 3
    /// How many photos.
    case photoCount = 4
  }
}

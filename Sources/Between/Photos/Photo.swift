// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// A photo that a couple shares; its bytes are in the blob store.
public struct Photo: Record, Hashable {
  /// Number 11, below a relationship.
  public static let objectType = ObjectType<Photo>(11, "photo")

  /// Its bytes.
  public static var blobs: (@Sendable (Photo) -> [Blob])? { { [$0.blob] } }

  /// A couple's photos by when they were taken.
  public static let byDate = Index(31, "photo_by_date", on: { (photo: Photo) in photo.takenAt })

  /// The photos of an album by when they were taken; those of none are not in it.
  public static let byAlbum = Index(
    32, "photo_by_album",
    on: { (photo: Photo) -> KeyPair<UInt64, Timestamp>? in
      photo.albumID.map { KeyPair($0, photo.takenAt) }
    })

  /// ``byDate`` and ``byAlbum``.
  public static var indexes: [IndexDefinition<Photo>] { [byDate.definition, byAlbum.definition] }

  /// Who added it.
  public var author: RandomID
  /// When it was taken.
  public var takenAt: Timestamp
  /// When it was added.
  public var createdAt: Timestamp
  /// Where the bytes are.
  public var blob: Blob
  /// What is written beside it.
  public var caption: String
  /// The album it is in.
  public var albumID: UInt64?

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// Who added it.
    case author = 1
    /// When it was taken.
    case takenAt = 2
    /// When it was added.
    case createdAt = 3
    /// Where the bytes are.
    case blob = 4
    /// What is written beside it.
    case caption = 5
    /// The album.
    case albumID = 6
  }
}

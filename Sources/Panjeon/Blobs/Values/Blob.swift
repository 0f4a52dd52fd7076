// SPDX-License-Identifier: Apache-2.0

/// What a record holds of a large value whose bytes are in a ``BlobStore``: where they are, and how to tell that they are whole.
///
/// It is encoded as a keyed container of four fields, by name or by number: `key` 1 and `checksum` 4 as text, `size` 2 as an
/// unsigned number, `type` 3 as text. Names and numbers are never used for anything else.
public struct Blob: Hashable, Sendable {
  /// How long ``type`` may be, in bytes: 255.
  public static let typeBytesMax = 255

  /// The name of the bytes in the store.
  public var key: BlobKey

  /// How many bytes there are.
  public var size: UInt64

  /// What they are, as a media type such as `image/jpeg`: printable ASCII, at most 255 bytes.
  public var type: String

  /// The SHA-256 of the bytes.
  public var checksum: BlobChecksum

  /// Describes a value.
  public init(key: BlobKey, size: UInt64, type: String, checksum: BlobChecksum) {
    self.key = key
    self.size = size
    self.type = type
    self.checksum = checksum
  }

  /// Refuses a media type that is no line of a header: an S3 service is told it in one.
  ///
  /// Throws `invalidArgument`.
  package func validate() throws(BlobError) {
    let isPrintable = type.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    guard isPrintable, !type.isEmpty, type.utf8.count <= Self.typeBytesMax,
      type.first != " ", type.last != " "
    else {
      throw BlobError(
        .invalidArgument, "a media type is 1 to 255 printable ASCII characters, such as image/jpeg",
        key: key)
    }
  }
}

extension Blob: Codable {
  /// The fields' names and numbers, which never change.
  public enum CodingKeys: Int, CodingKey {
    /// Where the bytes are.
    case key = 1
    /// How many bytes there are.
    case size = 2
    /// What they are.
    case type = 3
    /// Their SHA-256.
    case checksum = 4

    /// The field's name.
    public var stringValue: String {
      switch self {
      case .key: "key"
      case .size: "size"
      case .type: "type"
      case .checksum: "checksum"
      }
    }

    /// The field of a name, if there is one.
    public init?(stringValue: String) {
      switch stringValue {
      case "key": self = .key
      case "size": self = .size
      case "type": self = .type
      case "checksum": self = .checksum
      default: return nil
      }
    }
  }
}

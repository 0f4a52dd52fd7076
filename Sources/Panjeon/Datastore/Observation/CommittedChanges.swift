// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A place in the history of a row, to go on observing from.
///
/// The version of the last commit that was seen: microseconds, above those of all earlier commits on the row; and in which life of the store that was, as a store that was restored from an
/// earlier day gives the same ids to other objects.
public struct ChangeSequence: Hashable, Sendable, Codable, Comparable {
  /// The version.
  public var version: Timestamp
  /// The life of the store (`StoreIncarnation.nonce`); 0, that of stores that know none, fits all.
  public var life: UInt64

  /// Creates a place, from one that was kept.
  public init(version: Timestamp, life: UInt64 = 0) {
    self.life = life
    // Versions are microseconds since 1970, far from the ends.
    self.version = min(max(version, Timestamp(microseconds: 0)), Self.greatest)
  }

  private static let greatest = Timestamp(microseconds: 1 << 62)

  /// Before everything.
  public static let beginning = ChangeSequence(version: Timestamp(microseconds: 0))

  /// Whether `left` is before `right`.
  public static func < (left: ChangeSequence, right: ChangeSequence) -> Bool {
    left.version < right.version
  }

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// The version, in microseconds.
    case version = 1
    /// The life of the store.
    case life = 2
  }

  /// Reads both.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let microseconds = try container.decode(Int64.self, forKey: .version)
    self.init(
      version: Timestamp(microseconds: microseconds),
      life: try container.decode(UInt64.self, forKey: .life))
  }

  /// Writes both.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version.microseconds, forKey: .version)
    try container.encode(life, forKey: .life)
  }
}

/// What one commit has made of the objects that are observed.
public struct CommittedChanges<R: Record>: Sendable {
  /// What an object has become.
  public enum Change: Sendable {
    /// It was put: it is there, new or changed.
    case put(Entry<R>)
    /// It was deleted.
    case deleted(Key<R>)

    /// The object.
    public var key: Key<R> {
      switch self {
      case .put(let entry): entry.key
      case .deleted(let key): key
      }
    }
  }

  /// The objects, by key; of one that a later commit has changed, that one tells.
  ///
  /// Empty where only the sequence has advanced, as other things in the row were changed (``DatastoreOptions/observersAdvance``).
  public var changes: [Change]

  /// Where to go on from when these have been dealt with.
  public var sequence: ChangeSequence
}

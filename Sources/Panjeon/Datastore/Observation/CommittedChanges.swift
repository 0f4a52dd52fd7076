// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A place in the history of a row, to go on observing from.
///
/// The version of the last commit that was seen: microseconds, above those of all earlier commits on the row.
public struct ChangeSequence: Hashable, Sendable, Codable, Comparable {
  /// The version.
  public var version: Timestamp

  /// Creates a place, from one that was kept.
  public init(version: Timestamp) {
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

  /// Reads the version.
  public init(from decoder: any Decoder) throws {
    let microseconds = try decoder.singleValueContainer().decode(Int64.self)
    self.init(version: Timestamp(microseconds: microseconds))
  }

  /// Writes the version.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(version.microseconds)
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

// SPDX-License-Identifier: Apache-2.0

/// How often couples do what.
public struct LifeOptions: Hashable, Sendable {
  /// Which couples do more than others.
  public enum Distribution: String, Hashable, Sendable {
    /// None.
    case uniform
    /// The first more than the second, and so on: of rank n a share that is proportional to 1/n (Zipf's law).
    case zipfian
  }

  /// How many couples there may be: ten million, for whose shares 80 MB of memory are needed.
  public static let couplesMax = 10_000_000

  /// How many couples there are.
  public var couples: Int
  /// Which of them do more; Zipf's law by default.
  public var distribution = Distribution.zipfian
  /// How many operations of a thousand read; by default 970.
  public var readsPerThousand = 970
  /// Whether there are photos, voices and back-ups, for which the service needs a blob store; by default not, and texts and memos are in their place.
  public var hasPhotos = false
  /// How many writes of a thousand have couples break up, make up, find each other anew, or purge what they had; by default none, and 4 are many enough.
  ///
  /// Nothing is purged before its time, so that a run that is to see it moves the service's clock by ``BetweenOptions/restorePeriod``.
  public var breakUpsPerThousandWrites = 0

  /// Options for so many couples.
  public init(couples: Int) { self.couples = couples }
}

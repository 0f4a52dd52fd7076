// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// A couple.
public struct Relationship: Record, Hashable {
  /// Number 4, a root in the table `relationship`.
  public static let objectType = ObjectType<Relationship>(
    4, "relationship", table: BetweenSchema.relationshipTable)

  /// Couples that have broken up by when that was, in the table `purge_due`: for those who purge them.
  public static let broken = Index(
    37, "purge_due", on: { (couple: Relationship) -> Timestamp? in couple.brokenAt },
    scope: .table(BetweenSchema.purgeDueTable))

  /// ``broken``.
  public static var indexes: [IndexDefinition<Relationship>] { [broken.definition] }

  /// The first of the two: who invited.
  public var first: RandomID
  /// The second of the two.
  public var second: RandomID
  /// Since when they are a couple.
  public var pairedAt: Timestamp
  /// When they broke up; nil while they are a couple.
  public var brokenAt: Timestamp?
  /// Who broke up.
  public var brokenBy: RandomID?
  /// Who of the two wants to be a couple again.
  public var restoreAskedBy: RandomID?
  /// Whether its data is being deleted for good.
  public var isPurging: Bool?

  /// Their first day, from which they count; nil until they have said which (``Couples/setFirstDay(_:by:)``).
  public var firstDay: CivilDate?

  /// Whether they are a couple now.
  public var isActive: Bool { brokenAt == nil }

  /// The other of the two; nil for a stranger.
  public func partner(of user: RandomID) -> RandomID? {
    if user == first { return second }
    return user == second ? first : nil
  }

  /// Which day of theirs a day is, the first one being number 1; nil before it, and when they have not said which it is.
  ///
  /// Their hundredth day is `firstDay.adding(days: 99)`.
  public func dayNumber(of date: CivilDate) -> Int? {
    guard let firstDay, firstDay <= date else { return nil }
    return firstDay.days(to: date) + 1
  }

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// Who invited.
    case first = 1
    /// The other.
    case second = 2
    /// Since when.
    case pairedAt = 3
    /// When they broke up.
    case brokenAt = 4
    /// Who broke up.
    case brokenBy = 5
    /// Who wants to restore.
    case restoreAskedBy = 6
    /// Whether it is being purged.
    case isPurging = 7
    /// Their first day.
    case firstDay = 8
  }
}

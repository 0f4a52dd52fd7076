// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// What became of an operation of a couple's life.
public struct LifeOutcome: Hashable, Sendable {
  /// How many records were read or written; none when it was refused.
  public var records = 0

  /// Why it was refused; nil when it was done.
  ///
  /// Because of what the couple, or somebody else, did before: there may be no photo to delete, the couple may have broken up, and what may be had a limited number of times may be there already: no error, in lives of many that are run at once.
  public var refusal: BetweenError.Code?

  /// The message, when it was one.
  public var sent: Sent?

  /// Nothing yet.
  public init() {}

  /// A message that was sent, and is there from then on.
  public struct Sent: Hashable, Sendable {
    /// By whom.
    public var sender: RandomID
    /// To whom.
    public var receiver: RandomID
    /// In which couple.
    public var couple: RandomID
    /// The message's id.
    public var id: UInt64
    /// When.
    public var sentAt: Timestamp
    /// What it says.
    public var content: MessageContent
  }

  /// What other operations may have made impossible.
  static let refusals: Set<BetweenError.Code> = [
    .alreadyPaired, .invitationExpired, .noSuchInvitation, .noSuchObject, .notPaired,
    .notRestorable, .restorePeriodNotOver, .restorePeriodOver, .tooMany,
  ]
}

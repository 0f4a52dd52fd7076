// SPDX-License-Identifier: Apache-2.0

/// What Between's operations can refuse.
public struct BetweenError: Error, Hashable, Sendable, CustomStringConvertible {
  private enum Kind: String {
    case noSuchUser, alreadyPaired, notPaired, sameUser, malformedRecord, textTooLong
  }

  private let kind: Kind

  private init(_ kind: Kind) {
    self.kind = kind
  }

  /// There is no such user.
  public static let noSuchUser = BetweenError(.noSuchUser)
  /// One of the two is in a couple already.
  public static let alreadyPaired = BetweenError(.alreadyPaired)
  /// The user is in no couple.
  public static let notPaired = BetweenError(.notPaired)
  /// A user cannot be a couple alone.
  public static let sameUser = BetweenError(.sameUser)
  /// A stored record cannot be decoded.
  public static let malformedRecord = BetweenError(.malformedRecord)
  /// A message is longer than `Messaging.textBytesMax`.
  public static let textTooLong = BetweenError(.textTooLong)

  /// The error's name.
  public var description: String { "Between: \(kind.rawValue)" }
}

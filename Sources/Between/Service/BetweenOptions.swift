// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions

/// Periods and durability of a service.
///
/// They are not stored: each process has its own, and all that work on one store should have the same.
public struct BetweenOptions: Hashable, Sendable {
  /// How the service's own transactions are run; by default durable on disk.
  public var transaction = TransactionOptions()

  /// How long a code invites; by default 7 days; positive.
  public var invitationLifetime: Duration = .seconds(7 * 86_400)

  /// For how long a couple that has broken up can be restored; by default 30 days; zero: not at all.
  public var restorePeriod: Duration = .seconds(30 * 86_400)

  /// After what time a request for a back-up is given to another worker; by default an hour; positive.
  public var backupPatience: Duration = .seconds(3600)

  /// How far ahead of the service's clock a message may claim to have been sent; by default a minute; zero: not at all.
  public var sentAheadMax: Duration = .seconds(60)

  /// How many objects a transaction of a purge deletes at the most; by default 256; at least 1.
  public var objectsPerPiece = 256

  /// Creates the default options.
  public init() {}

  /// The longest period there may be: 36,525 days, a hundred years.
  public static let periodMax: Duration = .seconds(36_525 * 86_400)

  /// Throws `invalidOptions` for what makes no sense.
  func validate() throws(BetweenError) {
    let periods = Duration.microseconds(1)...Self.periodMax
    guard periods.contains(invitationLifetime), periods.contains(backupPatience),
      [restorePeriod, sentAheadMax].allSatisfy({ $0 == .zero || periods.contains($0) }),
      objectsPerPiece >= 1
    else {
      throw BetweenError(
        .invalidOptions,
        "periods are not negative, and of a hundred years at the most; a piece has an object at least"
      )
    }
  }
}

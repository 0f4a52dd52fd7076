// SPDX-License-Identifier: Apache-2.0

/// What Between's operations refuse.
///
/// Match on `code`. Errors of the datastore, of transactions, of the store and of blobs pass through as they are.
public struct BetweenError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of error this is; new codes may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case invalidEmail, emailTaken, invalidPassword, wrongCredentials, invalidName
      case noSuchAccount, noSuchUser, alreadyPaired, notPaired, sameUser
      case noSuchInvitation, invitationExpired
      case restorePeriodOver, restorePeriodNotOver, notRestorable
      case tooLong, invalidText, noSuchObject, notYours, invalidDate, tooMany, noBlobStore
      case passwordHashing, inconsistent, malformedExport, malformedTranscript, notEmpty
      case invalidOptions, accountClosed
    }

    private let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// It is no address of an e-mail; see ``EmailAddress``.
    public static let invalidEmail = Code(.invalidEmail)
    /// Another account has this address.
    public static let emailTaken = Code(.emailTaken)
    /// The password is empty, or longer than ``BetweenLimits/passwordBytesMax``.
    public static let invalidPassword = Code(.invalidPassword)
    /// There is no account of this address, or the password is another; which of both is not told.
    public static let wrongCredentials = Code(.wrongCredentials)
    /// The name shows nothing, or is longer than ``BetweenLimits/nameBytesMax``.
    public static let invalidName = Code(.invalidName)
    /// There is no such account.
    public static let noSuchAccount = Code(.noSuchAccount)
    /// There is no such user.
    public static let noSuchUser = Code(.noSuchUser)
    /// One of the two is in a couple already.
    public static let alreadyPaired = Code(.alreadyPaired)
    /// There is no such couple, it has broken up, or the user is not in it.
    public static let notPaired = Code(.notPaired)
    /// A user cannot be a couple alone.
    public static let sameUser = Code(.sameUser)
    /// There is no invitation of this code: it was used, withdrawn, or never there.
    public static let noSuchInvitation = Code(.noSuchInvitation)
    /// The invitation is too old.
    public static let invitationExpired = Code(.invitationExpired)
    /// It is too late to restore the couple.
    public static let restorePeriodOver = Code(.restorePeriodOver)
    /// It is too early to purge the couple.
    public static let restorePeriodNotOver = Code(.restorePeriodNotOver)
    /// The user has no couple to restore, or the partner has broken up with somebody else since.
    public static let notRestorable = Code(.notRestorable)
    /// A text has more bytes than its limit; see ``BetweenLimits``.
    public static let tooLong = Code(.tooLong)
    /// A text is no UTF-8, or shows nothing where it should: it is empty, or has white space and control characters alone.
    public static let invalidText = Code(.invalidText)
    /// There is no such message, photo, album, memo, event, comment, notification or request.
    public static let noSuchObject = Code(.noSuchObject)
    /// Only who wrote it may change it.
    public static let notYours = Code(.notYours)
    /// There is no such day.
    public static let invalidDate = Code(.invalidDate)
    /// There are as many as there may be; see ``BetweenLimits``.
    public static let tooMany = Code(.tooMany)
    /// The service was made without a store for photos and voices.
    public static let noBlobStore = Code(.noBlobStore)
    /// The password could not be hashed: out of memory, too many wait, or the hasher was closed.
    public static let passwordHashing = Code(.passwordHashing)
    /// What is stored contradicts itself; an audit tells more.
    public static let inconsistent = Code(.inconsistent)
    /// A line of an export cannot be read.
    public static let malformedExport = Code(.malformedExport)
    /// A transcript of another app cannot be read.
    public static let malformedTranscript = Code(.malformedTranscript)
    /// What is to be imported is there already.
    public static let notEmpty = Code(.notEmpty)

    /// Options of the service make no sense; see ``BetweenOptions``.
    public static let invalidOptions = Code(.invalidOptions)
    /// The user's account has been closed.
    public static let accountClosed = Code(.accountClosed)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  /// What kind of error this is.
  public let code: Code
  /// What happened, for people; no password and no text of a user is in it.
  public let message: String

  /// Creates an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The code and the message.
  public var description: String { "\(code): \(message)" }
}

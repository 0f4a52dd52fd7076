// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon

/// What a client is told when a request fails.
struct AppError: Error, CustomStringConvertible {
  var status: Int
  var description: String

  init(status: Int, _ description: String) {
    self.status = status
    self.description = description
  }
}

extension AppError {
  init(_ error: any Error) {
    switch error {
    case let error as AppError: self = error
    case let error as BetweenError: self.init(status: Self.status(of: error), error.message)
    case let error as DatastoreError where error.code == .blobGone:
      self.init(status: 410, "upload the photo again")
    case let error as DatastoreError where error.code == .invalidCursor:
      self.init(status: 400, "begin with the first page")
    case let error as DatastoreError where error.code == .sequenceTooOld:
      self.init(status: 410, "read everything anew")
    case let error as TransactionError where error.code == .unknownOutcome:
      // It may have been done: the client asks again, with the same token where there is one.
      self.init(status: 504, "try again")
    case is TransactionError, is StoreError, is BlobError:
      self.init(status: 503, "try again later")
    default: self.init(status: 500, "something is wrong here")
    }
  }

  private static func status(of error: BetweenError) -> Int {
    switch error.code {
    case .wrongCredentials, .accountClosed: 401
    case .notPaired, .notYours: 403
    case .noSuchObject, .noSuchUser, .noSuchAccount, .noSuchInvitation: 404
    case .emailTaken, .alreadyPaired, .tooMany: 409
    case .invitationExpired, .restorePeriodOver: 410
    case .passwordHashing: 503
    case .inconsistent, .noBlobStore, .invalidOptions: 500
    default: 400
    }
  }
}

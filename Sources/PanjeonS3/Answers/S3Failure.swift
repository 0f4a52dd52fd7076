// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import Panjeon

  /// What a service says went wrong: a status, and mostly a code and a message in XML.
  struct S3Failure {
    let status: Int
    /// Such as `NoSuchKey`; nil when the answer has none, as those to `HEAD`.
    let code: String?
    private let message: String
    private let retryAfterSeconds: Int?

    init(_ answer: S3Answer) {
      status = answer.status
      retryAfterSeconds = answer.retryAfterSeconds
      let elements = answer.body.isEmpty ? nil : XMLElements(answer.body)
      code = elements?.first("Code").map { Self.printable($0, 60) }
      message = elements?.first("Message").map { Self.printable($0, 300) } ?? ""
    }

    /// What of the attempt is to be told, and whether another one makes sense.
    func attempt(_ key: BlobKey?) -> S3Attempt {
      let error = error(key)
      // `IncompleteBody`: the bytes stopped coming. An expired token: the next attempt asks for new credentials.
      let isPassing =
        error.code == .unavailable || code == "IncompleteBody" || code == "ExpiredToken"
      return isPassing
        ? .failed(error, retryAfterSeconds: retryAfterSeconds) : .refused(error)
    }

    func error(_ key: BlobKey?) -> BlobError {
      var text = "the service answered \(status)"
      if let code { text += " \(code)" }
      if !message.isEmpty { text += ": \(message)" }
      // Keys are secrets, also where a service repeats them.
      if let key { text = text.replacing(key.text, with: key.description) }
      return BlobError(errorCode, text, key: key)
    }

    private var errorCode: BlobError.Code {
      if let code, let known = Self.codes[code] { return known }
      switch status {
      case 401, 403: return .unauthorized
      case 404: return .notFound
      case 413: return .tooLarge
      case 416: return .invalidArgument
      case 507: return .noSpace
      case 408, 409, 425, 429, 500..<600: return .unavailable
      case 300..<400: return .misconfigured
      default: return .io
      }
    }

    private static let codes: [String: BlobError.Code] = [
      "AccessDenied": .unauthorized, "InvalidAccessKeyId": .unauthorized,
      "SignatureDoesNotMatch": .unauthorized, "ExpiredToken": .unauthorized,
      "InvalidToken": .unauthorized, "RequestTimeTooSkewed": .unauthorized,
      "NoSuchKey": .notFound, "NoSuchBucket": .misconfigured, "PermanentRedirect": .misconfigured,
      "TemporaryRedirect": .unavailable, "AuthorizationHeaderMalformed": .misconfigured,
      "InvalidBucketName": .misconfigured, "MethodNotAllowed": .misconfigured,
      "NotImplemented": .misconfigured, "InvalidRange": .invalidArgument,
      "EntityTooLarge": .tooLarge, "BadDigest": .checksumMismatch,
      "XAmzContentSHA256Mismatch": .checksumMismatch, "IncompleteBody": .unavailable,
      "RequestTimeout": .unavailable, "SlowDown": .unavailable, "InternalError": .unavailable,
      "OperationAborted": .unavailable, "QuotaExceeded": .noSpace,
    ]

    /// The beginning of a text from outside, fit for a line of a log.
    private static func printable(_ text: String, _ countMax: Int) -> String {
      String(
        String.UnicodeScalarView(
          text.unicodeScalars.prefix(countMax).map { scalar in
            scalar.properties.generalCategory == .control ? " " : scalar
          }))
    }
  }
#endif

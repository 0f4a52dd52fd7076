// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import Panjeon

  /// What a service answered.
  struct S3Answer: Sendable {
    var status: Int
    /// By lower-case names.
    var headers: [String: String]
    var body: [UInt8]

    var isSuccess: Bool { (200..<300).contains(status) }

    /// The length that the header names; nil when it names none.
    var contentLength: UInt64? { headers["content-length"].flatMap { UInt64($0) } }

    /// How long the service wants to be left alone, in seconds; nil when it does not say, or gives a date.
    var retryAfterSeconds: Int? {
      headers["retry-after"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The part that the header says the body is, and of how many bytes: `bytes 0-9/100`.
    var contentRange: (range: ClosedRange<UInt64>, size: UInt64?)? {
      guard let text = headers["content-range"], text.hasPrefix("bytes ") else { return nil }
      let halves = text.dropFirst(6).split(separator: "/")
      let ends = halves.first?.split(separator: "-").map { UInt64($0) } ?? []
      guard halves.count == 2, ends.count == 2, let first = ends[0], let last = ends[1],
        first <= last
      else { return nil }
      return (first...last, UInt64(halves[1]))
    }
  }

  /// What became of one attempt.
  enum S3Attempt: Sendable {
    case answered(S3Answer)
    /// Nothing certain is known: it may be tried again.
    case failed(BlobError, retryAfterSeconds: Int? = nil)
    /// Trying again would come to the same.
    case refused(BlobError)
  }
#endif

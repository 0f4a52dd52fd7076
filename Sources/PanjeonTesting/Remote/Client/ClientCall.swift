// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// A call on its way: what is sent, who waits, and until when.
struct ClientCall: Sendable {
  /// An answer, undecoded, and the connection it came by.
  struct Answer: Sendable {
    let payload: [UInt8]
    /// Where the answer begins behind the call's number.
    let offset: Int
    let connection: UInt64
  }

  typealias Continuation = CheckedContinuation<Result<Answer, StoreError>, Never>

  let number: UInt64
  let frame: [UInt8]
  let isChange: Bool

  /// The connection that it means something by; nil: any.
  let connection: UInt64?

  /// In nanoseconds of the monotonic clock.
  let deadline: UInt64

  /// Who waits; nil for a call that is not answered.
  let continuation: Continuation?

  /// What a call comes to that gets no answer.
  ///
  /// - Parameters:
  ///   - wasSent: Whether all of it has been handed to the operating system; before that the server cannot carry it out.
  ///   - why: What has happened, for people.
  /// - Returns: The error.
  func failure(wasSent: Bool, _ why: String) -> StoreError {
    wasSent && isChange
      ? StoreError(.unknownOutcome, "\(why), when the change may have been made")
      : StoreError(.unavailable, why)
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting
internal import WideColumn

/// Why a run did not come to its end.
package struct RunFailure: Error, Hashable, Sendable {
  /// Whose fault it is.
  package enum Kind: String, Sendable {
    /// The store's: it found its own files corrupt, or cannot be opened after a crash.
    case violated
    /// Nobody knows: a file, the operating system, or the run itself.
    case failed
  }

  /// What the run was doing.
  package enum Moment: String, Sendable {
    case opening = "a new store could not be opened"
    case running = "the clients could not go on"
    case closing = "the store could not be closed"
    case reopening = "the store could not be opened again"
    case readingLast = "what was left could not be read"
  }

  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// Judges an error.
  package init(_ error: any Error, _ moment: Moment) {
    switch error {
    case let failure as RunFailure:
      self = failure
    case let error as SimulationError:
      let kind = error.cause.map { RunFailure($0, moment).kind } ?? .failed
      let cause = error.cause.map { " (because of \($0))" } ?? ""
      self.init(kind, "\(moment.rawValue): \(error.code.rawValue): \(error.message)\(cause)")
    default:
      self.init(Self.kind(of: error, moment), "\(moment.rawValue): \(error)")
    }
  }

  private static func kind(of error: any Error, _ moment: Moment) -> Kind {
    switch error {
    case is WorkloadError: .violated
    case let error as StoreError where error.code == .corruption: .violated
    case let error as StoreError where moment == .reopening:
      // A full disk lets nobody in.
      error.code == .noSpace ? .failed : .violated
    default: .failed
    }
  }

  /// Does a part of a run.
  static func naming<R>(
    _ moment: Moment, _ body: () async throws -> R
  ) async throws(RunFailure) -> R {
    do {
      return try await body()
    } catch {
      throw RunFailure(error, moment)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonTesting

/// What runs come to together; the worst counts.
package enum RunVerdict: String, Comparable, Sendable {
  case holds, unknown
  /// A fault that was asked for was not injected, or less was done than was asked for.
  case vacuous
  /// The run did not come to its end, and nobody can say that it is the store's fault.
  case failed
  case violated

  init(_ report: CheckReport, violations: [String]) {
    if !violations.isEmpty {
      self = .violated
      return
    }
    self =
      switch report.verdict {
      case .holds: .holds
      case .violated: .violated
      case .unknown: .unknown
      }
  }

  private var rank: Int {
    switch self {
    case .holds: 0
    case .unknown: 1
    case .vacuous: 2
    case .failed: 3
    case .violated: 4
    }
  }

  package static func < (left: RunVerdict, right: RunVerdict) -> Bool { left.rank < right.rank }

  /// Ends the command with the status of the verdict.
  func exit(allowsUnknown: Bool) throws {
    switch self {
    case .holds: return
    case .unknown: if !allowsUnknown { throw ExitCode.unknown }
    case .vacuous: throw ExitCode.unknown
    case .failed: throw ExitCode.failed
    case .violated: throw ExitCode.violated
    }
  }
}

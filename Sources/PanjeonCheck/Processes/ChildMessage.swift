// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting

/// What a process that may be killed says over its pipe: one byte each time.
enum ChildMessage: UInt8, CaseIterable {
  /// A transaction has ended.
  case ended = 1
  /// A fault was injected.
  case skew = 2
  case lostAck = 3
  case stall = 4
  /// All transactions that it was to run have ended, and it goes on to serve others.
  case done = 5

  /// The message that a fault was injected; nil for a crash, which nobody can tell of.
  init?(_ fault: WorkloadFault) {
    switch fault {
    case .crash: return nil
    case .skew: self = .skew
    case .lostAck: self = .lostAck
    case .stall: self = .stall
    }
  }

  /// The fault of which it tells.
  var fault: WorkloadFault? { WorkloadFault.allCases.first { ChildMessage($0) == self } }
}

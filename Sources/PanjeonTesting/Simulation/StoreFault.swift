// SPDX-License-Identifier: Apache-2.0

/// What can go wrong at a call of a simulated store.
public enum StoreFault: Int, Hashable, Sendable, CaseIterable {
  /// The client's process dies before the store gets the call.
  case crashBefore
  /// The client's process dies after the store has taken the call, and before it is answered.
  case crashAfter
  /// The store refuses the call, certainly without doing anything: `unavailable`.
  case unavailable
  /// A change never reaches the store: `unknownOutcome`.
  case lostCall
  /// A change is made and its answer is lost: `unknownOutcome`.
  case lostAnswer
  /// A change is made twice at once; the first answer is given.
  case duplicate
  /// A change is made and answered, and made once more some time later.
  case lateDuplicate
  /// A change is told to be of `unknownOutcome`, and is made some time later.
  case lateCall
  /// The client stands still for a while, up to a minute, and then goes on.
  case stall
  /// The store dies and is opened again, without what was not synced. Calls it had taken are of `unknownOutcome`.
  case restart
  /// The client's wall clock jumps forward or back by up to a minute.
  case clockJump

  /// The faults that only a call that changes something can meet.
  var concernsChanges: Bool {
    switch self {
    case .lostCall, .lostAnswer, .duplicate, .lateDuplicate, .lateCall: true
    case .crashBefore, .crashAfter, .unavailable, .stall, .restart, .clockJump: false
    }
  }
}

/// How many faults of each kind have been injected.
public struct FaultCounts: Hashable, Sendable, CustomStringConvertible {
  private var counts = [Int](repeating: 0, count: StoreFault.allCases.count)

  /// None.
  public init() {}

  /// How many of one kind.
  public internal(set) subscript(fault: StoreFault) -> Int {
    get { counts[fault.rawValue] }
    set { counts[fault.rawValue] = newValue }
  }

  /// How many in all.
  public var total: Int { counts.reduce(0, +) }

  /// Adds the counts of another run.
  public static func += (left: inout FaultCounts, right: FaultCounts) {
    for fault in StoreFault.allCases { left[fault] += right[fault] }
  }

  /// The kinds that have been injected, each with how often.
  public var description: String {
    let named = StoreFault.allCases.filter { self[$0] > 0 }.map { "\($0) \(self[$0])" }
    return named.isEmpty ? "none" : named.joined(separator: ", ")
  }
}

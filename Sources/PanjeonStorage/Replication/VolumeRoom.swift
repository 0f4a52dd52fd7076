// SPDX-License-Identifier: Apache-2.0

/// How much room a volume said that it had, and how much it should have left since.
package struct VolumeRoom: Sendable {
  /// How old an answer may be before it is asked for again, in nanoseconds.
  private static let ageMax: UInt64 = 1_000_000_000

  package init() {}

  private var answer: (free: UInt64, used: UInt64)?
  /// When it was last asked for; nil: never.
  private var asked: UInt64?

  /// Whether it has been asked for.
  package var hasBeenAsked: Bool { asked != nil }

  /// Whether it is time to ask; nobody else is told so for a while.
  package mutating func takeIsDue(at now: UInt64) -> Bool {
    if let asked, now &- asked < Self.ageMax { return false }
    asked = now
    return true
  }

  /// Keeps an answer, and how much of the store was on the volume then; nil: unknown.
  package mutating func note(free: UInt64?, used: UInt64) {
    answer = free.map { ($0, used) }
  }

  /// How much room there should be, now that so much of the store is there; nil: unknown.
  package func free(used: UInt64) -> UInt64? {
    guard let answer else { return nil }
    if used <= answer.used { return answer.free }
    let taken = used - answer.used
    return taken < answer.free ? answer.free - taken : 0
  }
}

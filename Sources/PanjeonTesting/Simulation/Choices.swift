// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Where the choices of a simulation come from, and which have been made.
struct Choices {
  /// What is chosen.
  enum Kind {
    /// Who goes on.
    case next
    /// Whether a fault happens, and which.
    case fault
  }

  /// One choice of an enumerated schedule.
  struct Choice {
    var kind: Kind
    var picked: Int
    var count: Int
    /// The first so many cost nothing; each of the others preempts a task that could have gone on.
    var free: Int

    var isPreemption: Bool { picked >= free }
  }

  /// Draws; nil when the choices are enumerated.
  var random: SplitMix64?

  private let prefix: [Int]
  private(set) var made: [Choice] = []
  private(set) var hasDiverged = false

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    prefix = []
  }

  /// Makes these choices first, and then always the first one there is.
  init(prefix: [Int]) {
    self.prefix = prefix
  }

  var isEnumerated: Bool { random == nil }

  /// Takes the next choice of an enumerated schedule.
  mutating func pick(_ kind: Kind, count: Int, free: Int) -> Int {
    if count <= 1 { return 0 }
    var picked = made.count < prefix.count ? prefix[made.count] : 0
    if picked >= count {
      hasDiverged = true
      picked = 0
    }
    made.append(Choice(kind: kind, picked: picked, count: count, free: free))
    return picked
  }
}

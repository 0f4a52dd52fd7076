// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What a ``PlacementTrial`` came to, or several.
public struct PlacementOutcome: Sendable {
  /// How commits fared in one kind of loss.
  public struct Survival: Hashable, Sendable {
    /// How many had been acknowledged since the store was opened.
    public var acknowledged = 0
    /// How many of them were there afterwards.
    public var kept = 0
  }

  /// A mode and a loss, as in the table of the page *Replication*.
  public struct Case: Hashable, Sendable, Comparable {
    /// How commits were acknowledged.
    public var mode: String
    /// What was lost.
    public var loss: String

    /// By mode, then by loss.
    public static func < (one: Case, other: Case) -> Bool {
      (one.mode, one.loss) < (other.mode, other.loss)
    }
  }

  /// Something that does not hold.
  public struct Violation: Hashable, Sendable {
    /// The seed of the trial.
    public var seed: UInt64
    /// What.
    public var text: String
    /// What happened until then, for people who look for the cause.
    public var journal: [String]
  }

  /// How many lives the stores had.
  public internal(set) var lives = 0
  /// What was injected.
  public internal(set) var faults = PlacementFaultCounts()
  /// How many commits were acknowledged.
  public internal(set) var acknowledged: [Durability: Int] = [:]
  /// How many reads were checked while the store was open.
  public internal(set) var reads = 0
  /// How many checks were made of what was left.
  public internal(set) var checks = 0
  /// How often a store was not opened any more, with an error, of which nothing was promised.
  public internal(set) var refused = 0
  /// How many losses left everything promised; the others left something, or nothing.
  public internal(set) var losses = 0
  /// How often nothing was promised any more.
  public internal(set) var hopeless = 0
  /// How commits fared, of losses with all copies in place.
  public internal(set) var survivals: [Case: Survival] = [:]
  /// What does not hold.
  public internal(set) var violations: [Violation] = []

  /// Nothing yet.
  public init() {}

  /// Adds another.
  public mutating func add(_ other: PlacementOutcome) {
    lives += other.lives
    faults.add(other.faults)
    acknowledged.merge(other.acknowledged, uniquingKeysWith: +)
    reads += other.reads
    checks += other.checks
    refused += other.refused
    losses += other.losses
    hopeless += other.hopeless
    survivals.merge(other.survivals) { one, other in
      Survival(
        acknowledged: one.acknowledged + other.acknowledged, kept: one.kept + other.kept)
    }
    violations += other.violations
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Panjeon

/// What an audit has found.
public struct AuditReport: Hashable, Sendable {
  /// An invariant that does not hold.
  public struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// Which one.
    public var invariant: Invariant
    /// Where: a row of a table, as the inspector names it.
    public var place: String
    /// What exactly.
    public var detail: String

    /// The invariant, the place and the detail.
    public var description: String { "\(invariant.rawValue) \(place): \(detail)" }
  }

  /// How many accounts were looked at.
  public var accounts = 0
  /// How many users.
  public var users = 0
  /// How many couples.
  public var couples = 0
  /// How many messages, on both sides.
  public var messages = 0
  /// How many blobs are named by records; none when the audit had no blob store.
  public var blobs = 0
  /// What was found, the first ones of very many.
  public var violations: [Violation] = []
  /// How many there were, findings of the datastore included.
  public var violationCount = 0
  /// Which invariants do not hold, also where the violations are too many to be kept.
  public var violated: Set<Invariant> = []

  /// How many violations are kept: 1,000.
  public static let violationsMax = 1000

  /// Whether all invariants hold.
  public var isSound: Bool { violationCount == 0 }

  mutating func note(_ invariant: Invariant, _ place: String, _ detail: String) {
    violationCount += 1
    violated.insert(invariant)
    if violations.count < Self.violationsMax {
      violations.append(Violation(invariant: invariant, place: place, detail: detail))
    }
  }

  /// Notes a violation unless a condition holds.
  mutating func expect(
    _ condition: Bool, _ invariant: Invariant, _ place: String, _ detail: @autoclosure () -> String
  ) {
    if !condition { note(invariant, place, detail()) }
  }

  /// Notes what a datastore was found to be; those findings that it has not kept are counted.
  mutating func add(_ verified: DatastoreReport) {
    for finding in verified.findings {
      note(.datastore, "\(finding.key)", "\(finding.kind.rawValue): \(finding.detail)")
    }
    violationCount += verified.findingCount - verified.findings.count
  }
}

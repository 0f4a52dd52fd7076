// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What the volumes of a store hold, as it looks from outside.
///
/// Nobody needs to have the store open, and somebody may; volumes may be missing. ``EmbeddedStore/surveyVolumes(at:configuration:)``
/// makes one.
public struct ReplicationSurvey: Sendable {
  /// What becomes of what a volume holds.
  public enum Standing: Hashable, Sendable {
    /// It counts.
    case counts
    /// It counts, and is to be moved to other volumes.
    case draining
    /// Its machine has started anew since it was written, so it may be torn: its SSTables are read where no other
    /// volume has them, the rest where no other has a `CURRENT`.
    case unsynced
    /// The store was opened without it since; it is not read, and compared when the store is open.
    case stale
    /// There is none: the directory is empty, or another disk is mounted there.
    case empty
    /// Its directory is not there.
    case missing
    /// It cannot be looked at, or holds what it should not; why.
    case failed(String)
  }

  /// One volume.
  public struct VolumeReport: Hashable, Sendable {
    /// The volume, at the path where it was looked for.
    public var volume: Volume
    /// What becomes of what it holds.
    public var standing: Standing
    /// The life of the open store in which it counted last; nil: it has no record.
    public var epoch: UInt64?
    /// How many of the store's files it has.
    public var fileCount: Int
    /// Their bytes.
    public var fileBytes: UInt64
    /// How many bytes more there is room for; nil: unknown.
    public var freeBytes: UInt64?
    /// How many bytes of the log others have that its copies lack so far; only of a volume that counts.
    public var logBytesBehind: UInt64
  }

  /// What one volume has of a file.
  public struct Copy: Hashable, Sendable {
    /// The volume's name.
    public var volume: String
    /// How long it is.
    public var bytes: UInt64
    /// Whether the volume counts.
    public var isCounted: Bool
    /// Whether it is all of the file; a copy of the log may follow another.
    public var isWhole: Bool
  }

  /// One file.
  public struct FileReport: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its length, by the longest copy that counts.
    public var bytes: UInt64
    /// Whether the store consists of it; else it is being written, or is to be removed.
    public var isInForce: Bool
    /// What there is of it, by the names of the volumes.
    public var copies: [Copy]
    /// Where the policy would have it, given these copies.
    public var decision: PlacementDecision

    /// The names of the volumes with a whole copy that counts.
    public var keeping: Set<String> {
      Set(copies.filter { $0.isCounted && $0.isWhole }.map(\.volume))
    }

    /// The volumes that should get a copy.
    public var lacking: [String] {
      let keeping = keeping
      return decision.chosen.filter { !keeping.contains($0) }
    }

    /// The volumes whose copy the policy does not need.
    public var surplus: [String] {
      copies.map(\.volume).filter { decision.reasons[$0] == .surplus }
    }

    /// Whether it lacks copies that the policy asks for.
    public var isDegraded: Bool { isInForce && (!lacking.isEmpty || !decision.isFulfilled) }
  }

  /// The number that all volumes of the store bear: 32 hexadecimal digits.
  public let store: String

  /// The present or last life of the open store.
  public let epoch: UInt64

  /// Which volumes a file is put on.
  public let policy: PlacementPolicy

  /// The volumes, by name.
  public let volumes: [VolumeReport]

  /// The files, by name.
  public let files: [FileReport]

  /// Why it cannot be told which files the store consists of; nil: it can.
  public let manifestDamage: StoreError?

  let placement: Placement
}

extension ReplicationSurvey {
  /// What the policy asks for and the volumes that count cannot give, in words; empty: nothing.
  public var missing: [String] {
    policy.gaps(of: placement.volumes.filter(\.condition.counts).map(\.volume)).map(\.phrase)
  }

  /// What somebody should know or do, in words; empty: nothing.
  public var findings: [String] {
    var findings = volumes.compactMap { report in
      report.standing.finding.map { "volume '\(report.volume.name)' \($0)" }
    }
    findings += missing.map { "the policy lacks \($0)" }
    if let manifestDamage { findings.append("the MANIFEST cannot be read: \(manifestDamage)") }
    let degraded = files.filter(\.isDegraded).map(\.name)
    if let first = degraded.first {
      let others = degraded.count - 1
      let number = PolicyPhrases.number(others)
      let subject =
        switch others {
        case 0: "\(first) lacks"
        case 1: "\(first) and \(number) other file lack"
        default: "\(first) and \(number) other files lack"
        }
      findings.append("\(subject) copies that the policy asks for")
    }
    return findings
  }

  /// Where the policy would have a file, and why not on the other volumes, in lines for people.
  ///
  /// - Parameter name: The file's name.
  /// - Returns: The lines.
  /// - Throws: `invalidArgument` when no volume has it.
  public func explanation(of name: String) throws(StoreError) -> [String] {
    guard let file = files.first(where: { $0.name == name }) else {
      throw StoreError(
        .invalidArgument,
        "no volume has a file '\(name)' of the store; `panjeon placement` without --explain lists those there are"
      )
    }
    return placement.explain(bytes: file.bytes, keeping: file.keeping)
  }
}

extension ReplicationSurvey.Standing: CustomStringConvertible {
  /// How it stands, in a word or two.
  public var description: String {
    switch self {
    case .counts: "counts"
    case .draining: "draining"
    case .unsynced: "not synced"
    case .stale: "stale"
    case .empty: "empty"
    case .missing: "missing"
    case .failed: "failed"
    }
  }

  /// What is to be said of it, as the end of a sentence about the volume; nil: nothing.
  public var finding: String? {
    switch self {
    case .counts, .draining: nil
    case .unsynced: "was not synced before its machine stopped; the others are believed before it"
    case .stale: "is stale: the store was opened without it; it is compared when the store is open"
    case .empty: "is empty; it is filled when the store is open"
    case .missing: "is missing: its directory is not there"
    case .failed(let why): "has failed: \(why)"
    }
  }

  var condition: VolumeCondition {
    switch self {
    case .counts, .empty: .healthy
    case .draining: .draining
    case .unsynced: .failed("it was not synced before its machine stopped")
    case .stale: .stale
    case .missing: .missing
    case .failed(let why): .failed(why)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// What befalls the volumes of a store, its process or its machine in a ``PlacementTrial``.
public enum PlacementFault: String, Hashable, Sendable, CaseIterable {
  /// One volume answers no more.
  case volume
  /// All volumes of a rack answer no more.
  case rack
  /// All volumes of a zone answer no more.
  case zone
  /// A volume answers late.
  case stall
  /// A volume has no room any more.
  case full
  /// A bit of a file on one volume has changed.
  case rot
  /// The process was killed.
  case process
  /// The power was cut.
  case power
  /// The process or the machine died, and so did all ephemeral volumes.
  case allEphemeral = "all-ephemeral"
  /// Process or machine died while the store was being opened.
  case opening
  /// A volume came back empty.
  case empty
  /// A volume that was not there in a later life of the store came back with what it had.
  case stale

  /// What it is called in a sentence.
  public var phrase: String {
    switch self {
    case .volume: "volumes killed"
    case .rack: "racks killed"
    case .zone: "zones killed"
    case .stall: "stalls"
    case .full: "volumes full"
    case .rot: "bits rotten"
    case .process: "process deaths"
    case .power: "power cuts"
    case .allEphemeral: "losses of all ephemeral volumes"
    case .opening: "deaths while opening"
    case .empty: "volumes that came back empty"
    case .stale: "stale volumes that came back"
    }
  }
}

/// How many faults of each kind were injected.
public struct PlacementFaultCounts: Hashable, Sendable {
  private var counts: [PlacementFault: Int] = [:]

  /// None.
  public init() {}

  /// How many of a kind.
  public subscript(fault: PlacementFault) -> Int {
    get { counts[fault] ?? 0 }
    set { counts[fault] = newValue }
  }

  /// How many of all kinds.
  public var total: Int { counts.values.reduce(0, +) }

  /// Adds others.
  public mutating func add(_ other: PlacementFaultCounts) {
    counts.merge(other.counts, uniquingKeysWith: +)
  }
}

// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import PanjeonTesting

/// Which workloads to run.
package struct WorkloadSelection: ExpressibleByArgument, Sendable {
  let kinds: [WorkloadKind]

  package init?(argument: String) {
    if argument == "all" {
      kinds = WorkloadKind.allCases
    } else if let kind = WorkloadKind(rawValue: argument) {
      kinds = [kind]
    } else {
      return nil
    }
  }

  static let all = WorkloadSelection(kinds: WorkloadKind.allCases)

  private init(kinds: [WorkloadKind]) { self.kinds = kinds }

  package static var allValueStrings: [String] { WorkloadKind.allCases.map(\.rawValue) + ["all"] }

  package var defaultValueDescription: String { name }

  /// As it is given.
  var name: String { kinds.count == 1 ? kinds[0].rawValue : "all" }
}

/// Where the transactions run.
package enum StoreSelection: ExpressibleByArgument, Hashable, Sendable {
  /// The embedded engine on a file system in memory.
  case memory
  /// A model of a store behind a seeded scheduler, in virtual time.
  case simulated
  /// The embedded engine in a directory.
  case directory(String)

  package init?(argument: String) {
    switch argument {
    case "": return nil
    case "memory": self = .memory
    case "simulated": self = .simulated
    default: self = .directory(argument)
    }
  }

  package var defaultValueDescription: String { name }

  var name: String {
    switch self {
    case .memory: "memory"
    case .simulated: "simulated"
    case .directory(let path): path
    }
  }

  /// As it is given to a shell.
  var shellWord: String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-")
    if name.allSatisfy(plain.contains) { return name }
    return "'"
      + name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}

/// How transactions commit.
package enum PathSelection: String, CaseIterable, ExpressibleByArgument, Sendable {
  case oneBatch = "one-batch"
  case twoPhase = "two-phase"
  case mixed

  /// Whether the client, or the manager, of this number commits in two phases.
  func isTwoPhase(manager number: Int) -> Bool {
    switch self {
    case .oneBatch: false
    case .twoPhase: true
    case .mixed: number.isMultiple(of: 2)
    }
  }
}

/// Which faults to inject.
package struct FaultSelection: ExpressibleByArgument, Hashable, Sendable {
  let kinds: Set<WorkloadFault>

  package init?(argument: String) {
    switch argument {
    case "all": kinds = Set(WorkloadFault.allCases)
    case "none": kinds = []
    default:
      var kinds: Set<WorkloadFault> = []
      for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
        guard let fault = WorkloadFault(rawValue: String(name)) else { return nil }
        kinds.insert(fault)
      }
      self.kinds = kinds
    }
  }

  static let none = FaultSelection(kinds: [])

  private init(kinds: Set<WorkloadFault>) { self.kinds = kinds }

  package static var allValueStrings: [String] {
    ["none"] + WorkloadFault.allCases.map(\.rawValue) + ["all"]
  }

  package var defaultValueDescription: String { WorkloadFault.text(kinds) }
}

extension WorkloadFault {
  /// Faults as they are given on the command line, in their order.
  static func text(_ faults: Set<WorkloadFault>) -> String {
    if faults.isEmpty { return "none" }
    return allCases.filter(faults.contains).map(\.rawValue).joined(separator: ",")
  }
}

extension ConsistencyLevel: ExpressibleByArgument {
  /// The names of the levels.
  public static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

extension PlacementTrial.PlantedBug: ExpressibleByArgument {}

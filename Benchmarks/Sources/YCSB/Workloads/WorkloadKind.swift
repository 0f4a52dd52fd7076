// SPDX-License-Identifier: Apache-2.0

/// The workloads there are; the raw values are what the property `workload` says.
package enum WorkloadKind: String, CaseIterable, Sendable {
  case core
  case practical
  case worst
  case closedEconomy = "closed-economy"
  case between

  /// YCSB's names of classes, which its files have.
  private static let aliases: [String: WorkloadKind] = [
    "site.ycsb.workloads.CoreWorkload": .core,
    "com.yahoo.ycsb.workloads.CoreWorkload": .core,
    "site.ycsb.workloads.ClosedEconomyWorkload": .closedEconomy,
    "com.yahoo.ycsb.workloads.ClosedEconomyWorkload": .closedEconomy,
  ]

  package static func make(_ properties: Properties) throws(UsageError) -> any Workload {
    let names = allCases.map(\.rawValue).joined(separator: ", ")
    guard let name = properties["workload"] else {
      throw UsageError(
        "no workload: give a file with -P workloads/workloada, or -p workload=NAME; there are \(names)"
      )
    }
    guard let kind = WorkloadKind(rawValue: name) ?? aliases[name] else {
      throw UsageError("workload=\(name): there are \(names), and YCSB's CoreWorkload")
    }
    switch kind {
    case .core: return try CoreWorkload(properties)
    case .practical: return try RowTransactions(properties, .practical)
    case .worst: return try RowTransactions(properties, .worst)
    case .closedEconomy: return try ClosedEconomy(properties)
    case .between: return try BetweenWorkload(properties)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting

/// The command that does the same again.
struct ReplayLine: Sendable {
  var workload: String
  var store: StoreSelection
  var path: PathSelection
  var processes: Int?
  var faults: Set<WorkloadFault>
  var clients: Int
  var transactions: Int
  var seed: UInt64
  var seeds = 1

  /// As it is given to a shell.
  var text: String {
    var words = [
      "panjeon-check", "run", "--workload", workload, "--store", store.shellWord,
      "--path", path.rawValue, "--clients", "\(clients)", "--transactions", "\(transactions)",
      "--seed", "\(seed)",
    ]
    if let processes { words += ["--processes", "\(processes)"] }
    if seeds > 1 { words += ["--seeds", "\(seeds)"] }
    if !faults.isEmpty { words += ["--faults", WorkloadFault.text(faults)] }
    return words.joined(separator: " ")
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import PanjeonStorage
package import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// One run of couples' lives: what is done, where, and what goes wrong meanwhile.
package struct LivesRequest: Sendable {
  /// Where couples live.
  package enum Store: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// The embedded engine on a file system in memory.
    case memory
    /// A model of a store behind a seeded scheduler.
    case simulated
  }

  package var store: Store
  package var faults: Set<WorkloadFault>
  package var clients: Int
  package var couples: Int
  package var operations: Int
  package var seed: UInt64

  /// How many couples of the seed there are, and what they do.
  var lives: LifeOptions {
    var options = LifeOptions(couples: couples)
    options.readsPerThousand = 300
    #if Sodium
      options.hasPhotos = true
    #endif
    options.breakUpsPerThousandWrites = 50
    return options
  }

  /// Everything is on disk when it is acknowledged; what broke up can be purged soon, as runs are short.
  var service: BetweenOptions {
    var options = BetweenOptions()
    options.transaction.durability = .disk
    options.restorePeriod = .milliseconds(20)
    options.objectsPerPiece = 16
    return options
  }

  package init(
    store: Store, faults: Set<WorkloadFault>, clients: Int, couples: Int, operations: Int,
    seed: UInt64
  ) {
    self.store = store
    self.faults = faults
    self.clients = clients
    self.couples = couples
    self.operations = operations
    self.seed = seed
  }

  /// Runs the lives and audits what is left, also of a run that did not come to its end.
  package func run() async throws -> LivesOutcome {
    let clock = SystemTimeSource()
    let begin = clock.monotonicNanoseconds()
    var outcome =
      switch store {
      case .memory: await MemoryLives(request: self).run()
      case .simulated: try await SimulatedLives(request: self).run()
      }
    outcome.runNanoseconds = clock.monotonicNanoseconds() - begin
    return outcome
  }

  /// How to run it again.
  var command: String {
    var words = [
      "panjeon-check", "lives", "--store", "\(store)", "--clients", "\(clients)", "--couples",
      "\(couples)", "--operations", "\(operations)", "--seed", "\(seed)",
    ]
    if !faults.isEmpty { words += ["--faults", WorkloadFault.text(faults)] }
    return words.joined(separator: " ")
  }
}

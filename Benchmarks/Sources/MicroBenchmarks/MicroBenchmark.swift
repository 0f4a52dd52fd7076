// SPDX-License-Identifier: Apache-2.0

internal import CRuntimeCounts

/// A piece of work on a path that is to be short, done again and again by one client.
package struct MicroBenchmark: Sendable {
  /// What an operation has cost.
  package struct Cost: Sendable, Codable, Equatable {
    package var name: String
    package var nanoseconds: Double
    /// Pieces of memory that all threads asked for.
    package var allocations: Double
    /// References that were counted up by code of this program.
    package var retains: Double
  }

  /// Whether memory and references can be counted on this system; else they are given as 0.
  package static var counts: Bool { runtime_counts_available() }

  package let name: String
  /// What one operation is.
  package let meaning: String

  /// Makes the store ready; returns what does so many operations.
  private let prepare: @Sendable (Fixture) async throws -> @Sendable (Int) async throws -> Void
  private let configuration: Fixture.Configuration
  /// How many operations are done at once.
  private let stride: Int

  init(
    _ name: String, _ meaning: String, _ configuration: Fixture.Configuration = .init(),
    stride: Int = 1000,
    _ prepare:
      @escaping @Sendable (Fixture) async throws -> @Sendable (Int) async throws -> Void
  ) {
    self.name = name
    self.meaning = meaning
    self.configuration = configuration
    self.stride = stride
    self.prepare = prepare
  }

  /// How many operations are counted: so many that what happens once does not show.
  private static let operationsCounted = 20_000

  /// Measures it in a store of its own.
  ///
  /// - Parameters:
  ///   - rounds: How often the time is taken; the best counts. 0: not at all, and it is given as 0.
  ///   - time: How long a round takes, about.
  /// - Returns: What an operation has cost.
  package func run(rounds: Int, time: Duration) async throws -> Cost {
    try await Fixture.with(configuration) { fixture in
      let work = try await prepare(fixture)
      try await work(Self.operationsCounted)
      try await fixture.settle()
      runtime_counts_begin()
      try await work(Self.operationsCounted)
      let counts = runtime_counts_end()
      var cost = Cost(
        name: name, nanoseconds: 0,
        allocations: Double(counts.allocations) / Double(Self.operationsCounted),
        retains: Double(counts.retains) / Double(Self.operationsCounted))
      if rounds > 0 { cost.nanoseconds = try await best(of: rounds, time, work) }
      return cost
    }
  }

  private func best(
    of rounds: Int, _ time: Duration, _ work: @Sendable (Int) async throws -> Void
  ) async throws -> Double {
    var best = Double.infinity
    for _ in 0..<rounds {
      var operations = 0
      let begin = ContinuousClock.now
      while begin.duration(to: .now) < time {
        try await work(stride)
        operations += stride
      }
      best = min(best, begin.duration(to: .now) / .nanoseconds(1) / Double(operations))
    }
    return best
  }
}

extension MicroBenchmark: CustomStringConvertible {
  package var description: String { name }
}

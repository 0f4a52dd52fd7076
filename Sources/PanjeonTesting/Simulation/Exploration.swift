// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Runs a small scenario in every order that it can happen in.
///
/// A schedule is the list of the choices of one run: who goes on, and which fault happens. Each run repeats the choices of the one
/// before up to some place, makes the next one there, and then always the first there is: stateless search, depth first, of
/// Godefroid, *Model Checking for Programming Languages using VeriSoft*, POPL 1997. Where that is too much, `preemptionsMax` keeps
/// to schedules that take few tasks off that could have gone on (Musuvathi and Qadeer, *Iterative Context Bounding*, PLDI 2007).
///
/// ```swift
/// let exploration = Exploration("write-skew")
/// let summary = try exploration.run { simulation in
///   let store = try SimulatedStore(simulation, tables: [schema])
///   try simulation.run(clients: 2) { process in … }
///   …  // throws when something is wrong
/// }
/// ```
///
/// With `PANJEON_SCHEDULE=name:choices` in the environment, as the error of a failed run has it, only that one is run.
public struct Exploration: Sendable {
  /// A name without blanks, by which a run is replayed.
  public let name: String

  /// How many schedules are run at the most; by default 20,000, for each unit of `TestSeed.effort`.
  public var schedulesMax = 20_000

  /// How often a schedule may take off a task that could have gone on; nil, the default: as often as can be.
  public var preemptionsMax: Int?

  /// Which faults may happen, at each call where they can.
  public var faults: [StoreFault]

  /// How many faults a schedule may have; by default one.
  public var faultsMax: Int

  /// How many steps a run may take; by default 20,000.
  public var stepsMax = 20_000

  /// Creates an exploration.
  ///
  /// - Parameters:
  ///   - name: Its name, without blanks.
  ///   - faults: Which faults may happen.
  ///   - faultsMax: How many of them in one schedule.
  ///   - preemptionsMax: How often a task is taken off that could have gone on; nil: as often as can be.
  public init(
    _ name: String, faults: [StoreFault] = [], faultsMax: Int = 1, preemptionsMax: Int? = nil
  ) {
    self.name = name
    self.faults = faults
    self.faultsMax = faultsMax
    self.preemptionsMax = preemptionsMax
  }

  /// Runs the scenario in every schedule within the bounds.
  ///
  /// - Parameter scenario: Builds a store, runs clients and checks what came of it; depends on nothing but the simulation.
  /// - Returns: How many schedules there were.
  /// - Throws: `SimulationError`: the first error of the scenario, as `failed` unless it is one already; `noFaults` when a fault was
  ///   asked for that has happened in no schedule.
  public func run(_ scenario: (Simulation) throws -> Void) throws(SimulationError) -> Summary {
    if let planned = TestSeed.text("PANJEON_SCHEDULE") {
      return try replay(planned, scenario)
    }
    var summary = Summary(name: name)
    var next: [Int]? = []
    while let choices = next {
      if summary.schedules >= schedulesMax * TestSeed.effort {
        summary.isComplete = false
        break
      }
      let made = try run(choices, &summary, scenario)
      next = Self.choices(after: made, preemptionsMax: preemptionsMax)
    }
    for fault in faults where summary.isComplete && summary.faults[fault] == 0 {
      throw SimulationError(
        .noFaults, "'\(fault)' never happened", replay: "PANJEON_SCHEDULE=\(name):0")
    }
    return summary
  }

  /// Runs one schedule.
  ///
  /// - Parameters:
  ///   - planned: The schedule as `SimulationError.replay` has it: `name:choices`; of another name, nothing is run.
  ///   - scenario: As for ``run(_:)``.
  /// - Returns: One schedule, or none.
  /// - Throws: As ``run(_:)``.
  public func replay(
    _ planned: String, _ scenario: (Simulation) throws -> Void
  ) throws(SimulationError) -> Summary {
    var summary = Summary(name: name, isReplay: true)
    let text = planned.split(separator: "=").last ?? ""
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, parts[0] == name, let schedule = Schedule(parts[1]) {
      _ = try run(schedule.choices, &summary, scenario)
    }
    return summary
  }

  /// Runs one schedule; returns the choices made.
  private func run(
    _ choices: [Int], _ summary: inout Summary, _ scenario: (Simulation) throws -> Void
  ) throws(SimulationError) -> [Choices.Choice] {
    var plan = FaultPlan()
    for fault in faults { plan[fault] = 1 }
    plan.faultsMax = faultsMax
    let simulation = Simulation(
      schedule: choices, of: name, faults: plan, stepsMax: stepsMax)
    do {
      try scenario(simulation)
    } catch let error as SimulationError {
      throw error
    } catch {
      throw SimulationError(
        .failed, "after \(summary.schedules) schedules of '\(name)'", replay: simulation.replay,
        cause: error)
    }
    summary.schedules += 1
    summary.steps += simulation.steps
    summary.faults += simulation.faultCounts
    return simulation.state.withLock { $0.choices.made }
  }

  /// The schedule behind one: the last choice that has a next one within the bound is made anew.
  private static func choices(
    after made: [Choices.Choice], preemptionsMax: Int?
  ) -> [Int]? {
    var preemptions = made.count { $0.isPreemption }
    for index in made.indices.reversed() {
      var choice = made[index]
      if choice.isPreemption { preemptions -= 1 }
      choice.picked += 1
      if choice.picked >= choice.count { continue }
      if choice.isPreemption, let preemptionsMax, preemptions >= preemptionsMax { continue }
      return made[..<index].map(\.picked) + [choice.picked]
    }
    return nil
  }
}

extension Exploration {
  /// What was explored.
  public struct Summary: Sendable, CustomStringConvertible {
    /// The exploration's name.
    public let name: String

    /// Whether one schedule was replayed, if it is of this exploration.
    public internal(set) var isReplay = false

    /// How many schedules were run.
    public internal(set) var schedules = 0

    /// Whether they were all there are within the bounds; true also when one was replayed.
    public internal(set) var isComplete = true

    /// How many steps they took together.
    public internal(set) var steps = 0

    /// How many faults happened in them.
    public internal(set) var faults = FaultCounts()

    /// One line.
    public var description: String {
      let bound = isReplay ? "replayed" : isComplete ? "all of them" : "not all of them"
      return "\(name): \(schedules) schedules, \(bound); \(steps) steps; faults: \(faults)"
    }
  }
}

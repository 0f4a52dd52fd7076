// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// One life of a simulated client, from its start to its end or to a crash.
///
/// Once it has crashed each of its calls fails (`closed`, or `CancellationError` for a sleep) without reaching anything, and what
/// it would say is not recorded. The client's body is to end then; it is run again as a new process.
public final class SimulatedProcess: Sendable {
  /// Which process, of all in the simulation, from zero.
  public let number: Int

  /// Which client this is a life of, from zero.
  public let client: Int

  /// How often the client has crashed before.
  public let life: Int

  /// The simulation.
  public let simulation: Simulation

  private let hasCrashed = Atomic<Bool>(false)
  private let callsAfterCrash = Atomic<Int>(0)
  private let clockOffset: Mutex<Int64>

  init(number: Int, client: Int, life: Int, clockOffset: Int64, in simulation: Simulation) {
    self.number = number
    self.client = client
    self.life = life
    self.simulation = simulation
    self.clockOffset = Mutex(clockOffset)
  }

  /// A seed that no other process of the simulation has, the same in each replay.
  public var seed: UInt64 {
    simulation.seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(number) &+ 1
  }

  /// Time as this process sees it.
  public var clock: SimulatedClock { SimulatedClock(process: self) }

  /// Whether the process is dead.
  public var isCrashed: Bool {
    hasCrashed.load(ordering: .relaxed) || simulation.isAbandoned
  }

  func crash() { hasCrashed.store(true, ordering: .relaxed) }

  /// How far the wall clock is from the true time, in microseconds.
  var clockOffsetMicroseconds: Int64 { clockOffset.withLock { $0 } }

  func moveClock(byMicroseconds step: Int64) { clockOffset.withLock { $0 &+= step } }

  /// Counts a call that comes after the crash; false when there have been so many that the body does not seem to end.
  func noteCallAfterCrash() -> Bool {
    callsAfterCrash.wrappingAdd(1, ordering: .relaxed).newValue <= Self.callsAfterCrashMax
  }

  private static var callsAfterCrashMax: Int { 1000 }
}

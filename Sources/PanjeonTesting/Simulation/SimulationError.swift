// SPDX-License-Identifier: Apache-2.0

/// Why a simulation could not go on, or what it found.
///
/// The description ends with the line that replays the run.
public struct SimulationError: Error, Sendable {
  /// What kind of error this is.
  public enum Code: String, Hashable, Sendable {
    /// No task can go on: each waits for another one, or for something outside the simulation.
    case deadlock
    /// The run took more steps than `Simulation.stepsMax`.
    case tooManySteps
    /// A client, or what was checked at the end, threw an error.
    case failed
    /// A schedule was replayed, and there was nothing to choose where it chose: the run depends on something outside.
    case diverged
    /// Faults were asked for, and none was injected.
    case noFaults
  }

  /// What kind of error this is.
  public let code: Code

  /// What happened.
  public let message: String

  /// How to run it again: an environment variable with its value.
  public let replay: String

  /// The error behind this one.
  public let cause: (any Error)?

  init(_ code: Code, _ message: String, replay: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.replay = replay
    self.cause = cause
  }
}

extension SimulationError: CustomStringConvertible {
  /// The code, the message, the cause, and how to replay it.
  public var description: String {
    var text = "\(code.rawValue): \(message)"
    if let cause { text += " (because of \(cause))" }
    return text + "; replay with \(replay)"
  }
}

// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
public import WideColumn

/// What verbs print to and are answered from.
public struct Console: Sendable {
  /// The two ways out.
  public enum Stream: Sendable {
    /// What was asked for.
    case output
    /// Questions, progress, warnings, errors.
    case error
  }

  /// Takes what is printed, line ends included.
  let write: @Sendable (String, Stream) -> Void
  /// The next line that a person types; nil when there is nobody to ask.
  let answer: @Sendable () -> String?
  /// Whether progress is shown: whether a person watches the stream of errors.
  let showsProgress: Bool
  /// How wide help is; nil: as wide as the terminal.
  let columns: Int?
  /// What ages and rates are measured by.
  let timeSource: any TimeSource

  /// Creates a console.
  ///
  /// - Parameters:
  ///   - timeSource: What ages and rates are measured by; by default the system's clocks.
  ///   - showsProgress: Whether long work tells on ``Stream/error`` how far it is.
  ///   - columns: How wide help is, in characters; nil: as wide as the process's terminal.
  ///   - answer: Answers a question that has been written, or nil: then verbs that ask need `--yes`.
  ///   - write: Takes what is printed, line ends included; called from one task at a time for each verb.
  public init(
    timeSource: any TimeSource = SystemTimeSource(), showsProgress: Bool = false,
    columns: Int? = 80,
    answer: @escaping @Sendable () -> String? = { nil },
    write: @escaping @Sendable (String, Stream) -> Void
  ) {
    self.write = write
    self.answer = answer
    self.showsProgress = showsProgress
    self.columns = columns
    self.timeSource = timeSource
  }

  /// The console of the verb that runs.
  @TaskLocal static var current = Console.standard
}

// SPDX-License-Identifier: Apache-2.0

/// Says why something is not a history.
public struct HistoryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line of the file, or the number of the event, counted from one.
  public var line: Int
  /// What is wrong with it.
  public var reason: String

  package init(line: Int, _ reason: String) {
    self.line = line
    self.reason = reason
  }

  /// The line and the reason.
  public var description: String { "line \(line): \(reason)" }
}

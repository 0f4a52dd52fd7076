// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// Where the histories of a command go.
struct HistoryKeeping: Sendable {
  let options: RunOptions

  init(_ options: RunOptions) {
    self.options = options
  }

  /// The file of a run; nil when none was named.
  private func file(of name: String) -> String? {
    options.history.map {
      options.isSingleRun ? $0 : HistoryNames.path($0, of: name)
    }
  }

  /// Makes sure that the history can be written before a run begins, whose history would be lost.
  ///
  /// Throws `io`.
  func prepare(_ request: RunRequest) async throws(StoreError) {
    if let file = file(of: request.name) { try await HistoryFile.write([], to: file) }
  }

  /// Writes the history of a run down where it was asked for, or when it must not be lost.
  ///
  /// Throws `io`.
  func keep(_ outcome: RunOutcome) async throws(StoreError) {
    if let directory = outcome.run.directory, outcome.isKept {
      Output.printError("panjeon-check: the store is in \(directory.store)")
    }
    if let file = file(of: outcome.request.name) {
      try await HistoryFile.write(outcome.run.history, to: file)
    } else if outcome.isKept {
      // Threads do not do the same again: this is the only trace.
      let file: String
      if let directory = outcome.run.directory {
        file = directory.history
      } else {
        file = try temporaryFile(outcome.request.name)
      }
      try await HistoryFile.write(outcome.run.history, to: file)
      Output.printError("panjeon-check: the history is in \(file)")
    }
  }

  private func temporaryFile(_ name: String) throws(StoreError) -> String {
    try TemporaryDirectory.create() + "/\(name).jsonl"
  }
}

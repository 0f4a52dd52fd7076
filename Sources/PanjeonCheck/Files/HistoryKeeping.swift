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
      let file = try await keep(outcome.run, named: outcome.request.name)
      Output.printError("panjeon-check: the history is in \(file)")
    }
  }

  /// Writes a history beside its store, or where there is room.
  private func keep(_ run: FinishedRun, named name: String) async throws(StoreError) -> String {
    if let file = run.directory?.history {
      do throws(StoreError) {
        try await HistoryFile.write(run.history, to: file)
        return file
      } catch {
        // The disk that the store has filled; there are others.
        Output.printError("panjeon-check: \(error)")
      }
    }
    let file = try temporaryFile(name)
    try await HistoryFile.write(run.history, to: file)
    return file
  }

  private func temporaryFile(_ name: String) throws(StoreError) -> String {
    try TemporaryDirectory.create() + "/\(name).jsonl"
  }
}

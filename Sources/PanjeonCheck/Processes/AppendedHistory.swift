// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A history that survives its process: each event is with the operating system when it has been recorded.
///
/// What is noted of an attempt is a line that begins with a `#`, what is no part of a history one that begins with a `!`; see
/// ``JoinedHistory``.
final class AppendedHistory: HistorySink {
  private let descriptor: Int32
  private let path: String
  private let executor = IOExecutor(name: "history", threads: 1)

  /// Opens the file, creating it if it is missing.
  init(_ path: String) async throws(StoreError) {
    self.path = path
    descriptor = try await HistoryFile.onThread { () throws(StoreError) in
      try HistoryFile.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, "create")
    }
  }

  func record(_ event: HistoryEvent) async throws(StoreError) {
    try await append(event.jsonLine + "\n")
  }

  func note(attempt event: HistoryEvent) async throws(StoreError) {
    try await append("#" + event.jsonLine + "\n")
  }

  func note(_ finding: WorkloadFinding) async throws(StoreError) {
    try await append(LifeRemark.met(finding).line + "\n")
  }

  /// Writes down why the process ends.
  func note(_ failure: RunFailure) async throws(StoreError) {
    try await append(LifeRemark.failed(failure).line + "\n")
  }

  private func append(_ line: String) async throws(StoreError) {
    let (descriptor, path) = (descriptor, path)
    try await executor.run { () throws(StoreError) in
      try HistoryFile.write(Array(line.utf8), to: descriptor, path)
    }
  }

  /// Closes the file; nothing may be recorded afterwards.
  func end() {
    executor.shutDown()
    close(descriptor)
  }
}

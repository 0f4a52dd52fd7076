// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization

/// Volumes in memory that stop answering, and answer again.
final class KillableVolumes: Sendable {
  let disk: InMemoryFileSystem
  let fileSystem: FailingFileSystem
  private let killed: Killed

  private final class Killed: Sendable {
    let paths = Mutex<Set<String>>([])

    func contains(_ path: String) -> Bool {
      paths.withLock { paths in paths.contains { path == $0 || path.hasPrefix($0 + "/") } }
    }
  }

  init() {
    let disk = InMemoryFileSystem()
    let killed = Killed()
    self.disk = disk
    self.killed = killed
    fileSystem = FailingFileSystem(disk) { call in
      killed.contains(call.path) ? .ioError : nil
    }
  }

  func kill(_ path: String) {
    killed.paths.withLock { _ = $0.insert(path) }
  }

  /// Lets a volume answer again; with what it had, or empty.
  func heal(_ path: String, isEmpty: Bool) {
    if isEmpty { disk.loseDirectory(path) }
    killed.paths.withLock { _ = $0.remove(path) }
  }
}

extension EmbeddedStore {
  /// Waits until the volumes are as a test wants them; false when that takes too long.
  func waitForVolumes(_ isSo: (ReplicationStatus) -> Bool) async throws -> Bool {
    for _ in 0..<4000 {
      if let status = replicationStatus, isSo(status) { return true }
      try await Task.sleep(for: .milliseconds(5))
    }
    return false
  }
}

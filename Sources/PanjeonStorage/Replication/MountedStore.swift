// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// The volumes of an open store, their locks, and the threads that watch and repair them.
package final class MountedStore: Sendable {
  package let fileSystem: ReplicatedFileSystem
  package let repairs: RepairWorker
  package var volumes: ReplicatedVolumes { fileSystem.volumes }
  private let locks: [any FileLock]
  private let threads = Mutex<[WorkerThread]>([])
  /// Held while volumes are added, emptied or taken out.
  private let changes = Mutex(())

  package init(
    _ fileSystem: ReplicatedFileSystem, _ locks: [any FileLock]
  ) {
    self.fileSystem = fileSystem
    self.locks = locks
    repairs = RepairWorker(fileSystem.volumes)
  }

  /// Starts the threads, once the store knows which files it has.
  package func startRepairs() {
    let (repairs, volumes) = (repairs, volumes)
    threads.withLock { threads in
      threads = [
        WorkerThread(name: "panjeon-repair") { repairs.loop() },
        WorkerThread(name: "panjeon-watch") { volumes.watch() },
      ]
    }
    volumes.wakeRepairs()
  }

  /// Makes a change of the volumes on a thread of its own, one after the other.
  package func changing(
    _ body: @escaping @Sendable () throws(StoreError) -> Void
  ) async throws(StoreError) {
    try await EmbeddedStore.blocking { [self] () throws(StoreError) in
      let result = changes.withLock { _ in Result { () throws(StoreError) in try body() } }
      try result.get()
    }
  }

  /// Ends the threads of the volumes, once all that waits has been written, and releases the locks.
  package func unmount() {
    volumes.stopRepairs()
    for thread in threads.withLock({ $0 }) { thread.join() }
    volumes.stop()
    for lock in locks { lock.unlock() }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Synchronization
package import WideColumn

/// The volumes of an open store, their locks, and the threads that watch and repair them.
package final class MountedStore: Sendable {
  package let fileSystem: ReplicatedFileSystem
  package let repairs: RepairWorker
  package var volumes: ReplicatedVolumes { fileSystem.volumes }
  private let locks: [any FileLock]
  /// Answers when the threads that watch and repair have ended; nil: they have not been started.
  private let ends = Mutex<VolumeAnswers<Void>?>(nil)
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
    let ended = VolumeAnswers<Void>(count: 2)
    ends.withLock { $0 = ended }
    // Nobody need wait for one that is stuck in a call.
    _ = WorkerThread(name: "panjeon-repair", isDetached: true) {
      repairs.loop()
      ended.set(0, .success(()))
    }
    _ = WorkerThread(name: "panjeon-watch", isDetached: true) {
      volumes.watch()
      ended.set(1, .success(()))
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
  ///
  /// A repair that does not end in time is given up: what it may still do, when its call returns, changes no file of the store.
  package func unmount() {
    volumes.stopRepairs()
    let ended = ends.withLock { $0 }?.wait(timeout: volumes.timeout) ?? []
    if ended.contains(where: { $0 == nil }) {
      volumes.logger.error("a volume does not answer; the store is closed all the same")
    }
    volumes.stop()
    for lock in locks { lock.unlock() }
  }
}

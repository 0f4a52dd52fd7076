// SPDX-License-Identifier: Apache-2.0

package import Logging
internal import Synchronization
package import WideColumn

/// The volumes of an open store, what is on them, and what happens when one of them fails.
package final class ReplicatedVolumes: Sendable {
  private struct State: Sendable {
    var mounted: [MountedVolume]
    var record: VolumeRecord
    var onEvent: (@Sendable (StoreEvent) -> Void)?
    /// What the policy asks for and the volumes cannot give.
    var missing: [String] = []
    /// The files that are being written.
    var segments: [String: WeakSegment] = [:]
    var newestSegment = WeakSegment()
    var writers: [String: WeakFile] = [:]
    /// The SSTables that are open to be read.
    var readers: [String: [WeakFile]] = [:]
    /// Locks of volumes that came later than the store was opened.
    var locks: [any FileLock] = []
    var isStopped = false
  }

  private struct WeakSegment: Sendable {
    weak var file: ReplicatedLogFile?
  }

  private struct WeakFile: Sendable {
    weak var file: ReplicatedFile?
  }

  package let base: any FileSystem
  package let configuration: ReplicationConfiguration
  package let clock: any TimeSource
  package let logger: Logger
  package let map: FileMap
  package let figures: ReplicationFigures
  package let follower: LogFollower
  package let reads: HedgedRead
  let fileSizes: FileSizes
  private let state: Mutex<State>
  /// Told when there may be something to repair.
  package let repairs = Monitor(RepairSignals())
  /// Held while a name changes its file, and while a file under such a name is copied.
  let renaming = Mutex(())

  package init(
    _ mounted: [MountedVolume], record: VolumeRecord, map: FileMap,
    configuration: StoreConfiguration, replication: ReplicationConfiguration
  ) {
    base = configuration.fileSystem
    self.configuration = replication
    clock = configuration.timeSource
    logger = configuration.logger
    self.map = map
    fileSizes = FileSizes(configuration)
    let figures = ReplicationFigures()
    self.figures = figures
    reads = HedgedRead(
      clock: configuration.timeSource, timeout: replication.volumeTimeout, figures: figures)
    state = Mutex(State(mounted: mounted, record: record))
    let failures = FailureTarget()
    follower = LogFollower(
      configuration.fileSystem, clock: configuration.timeSource,
      backlog: WriteBacklog(bytesMax: replication.durableCopyBytesBehindMax)
    ) { volume, error in failures.volumes?.failUnlessLast(volume, error) }
    failures.set(self)
  }

  package var timeout: Duration { configuration.volumeTimeout }
  package var syncsAllCopies: Bool { configuration.syncsAllCopies }
  package var mounted: [MountedVolume] { state.withLock { $0.mounted } }
  package var record: VolumeRecord { state.withLock { $0.record } }

  package subscript(place: Int) -> MountedVolume { state.withLock { $0.mounted[place] } }

  /// Has events told from now on; the volumes are mounted before there is anybody to tell, and may lack something by then.
  package func setOnEvent(_ onEvent: (@Sendable (StoreEvent) -> Void)?) {
    let missing = state.withLock { state in
      state.onEvent = onEvent
      return state.missing
    }
    if !missing.isEmpty { post(.replicationDegraded(missing: missing)) }
  }

  package func post(_ event: StoreEvent) {
    let onEvent = state.withLock { $0.onEvent }
    onEvent?(event)
  }

  /// Changes what the records of the volumes say; the caller writes them.
  package func updateRecord(_ body: (inout VolumeRecord) -> Void) -> VolumeRecord {
    state.withLock { state in
      body(&state.record)
      state.record.revision += 1
      return state.record
    }
  }

  /// Adds a volume; its place is the next.
  package func add(_ make: (Int) -> MountedVolume) -> MountedVolume {
    state.withLock { state in
      let volume = make(state.mounted.count)
      state.mounted.append(volume)
      return volume
    }
  }

  /// Keeps what the volumes cannot give, and tells if that has changed.
  package func noteDegraded(_ missing: [String]) {
    let hasChanged = state.withLock { state in
      defer { state.missing = missing }
      return state.missing != missing
    }
    guard hasChanged else { return }
    post(missing.isEmpty ? .replicationRestored : .replicationDegraded(missing: missing))
  }

  /// The segment of that name, if it is being written.
  func segment(_ name: String) -> ReplicatedLogFile? {
    state.withLock { $0.segments[name]?.file }
  }

  /// The segment that was begun last, if anybody has it.
  var newestSegment: ReplicatedLogFile? {
    state.withLock { $0.newestSegment.file }
  }

  func setSegment(_ name: String, _ file: ReplicatedLogFile) {
    state.withLock { state in
      state.segments = state.segments.filter { $0.value.file != nil }
      state.segments[name] = WeakSegment(file: file)
      state.newestSegment = WeakSegment(file: file)
    }
  }

  /// The file of that name that was created and is open, if it is no segment.
  func writer(_ name: String) -> ReplicatedFile? {
    state.withLock { $0.writers[name]?.file }
  }

  func setWriter(_ name: String, _ file: ReplicatedFile) {
    state.withLock { state in
      if state.writers.count > 64 { state.writers = state.writers.filter { $0.value.file != nil } }
      state.writers[name] = WeakFile(file: file)
    }
  }

  func addReader(_ name: String, _ file: ReplicatedFile) {
    state.withLock { state in
      let others = state.readers[name]?.filter { $0.file != nil } ?? []
      state.readers[name] = others + [WeakFile(file: file)]
    }
  }

  /// Those who have a file open, which is about to be removed.
  func takeReaders(_ name: String) -> [ReplicatedFile] {
    state.withLock { $0.readers.removeValue(forKey: name)?.compactMap(\.file) ?? [] }
  }

  /// Keeps a lock until the store is closed.
  func keep(_ lock: any FileLock) {
    let isLate = state.withLock { state in
      if !state.isStopped { state.locks.append(lock) }
      return state.isStopped
    }
    if isLate { lock.unlock() }
  }

  // MARK: Failures

  /// Takes a volume out of use after one of its calls has failed, or has taken too long.
  package func fail(_ volume: MountedVolume, _ error: StoreError) {
    guard volume.fail(.failed(error)) else { return }
    map.removeCopies(on: volume.place)
    figures.volumeFailures.add(1)
    post(.volumeFailed(name: volume.name, cause: error))
    wakeRepairs()
  }

  /// Takes a volume out of use, unless it is the last: its errors are the engine's, as from one disk; false if it is.
  @discardableResult
  func failUnlessLast(_ volume: MountedVolume, _ error: StoreError) -> Bool {
    guard mounted.contains(where: { $0 !== volume && $0.isHealthy }) else { return false }
    fail(volume, error)
    return true
  }

  /// Lets a copy that could not be read count no more, if there is another.
  package func noteDamage(of name: String, on place: Int) {
    guard map.markDamaged(name, on: place) else { return }
    figures.copiesDamaged.add(1)
    logger.warning(
      "a copy of a file is damaged",
      metadata: ["file": "\(name)", "volume": "\(self[place].name)"])
    wakeRepairs()
  }

  /// Has the copies of a file compared: one of them does not hold what it should.
  package func noteDoubt(of name: String) {
    map.update(name) { $0.isDoubted = true }
    wakeRepairs()
  }

  /// Gives up calls of the following copies that do not return, until the store is closed.
  func watch() {
    let rest = min(timeout, .seconds(1))
    while repairs.wait(timeout: rest, { $0.isStopping ? true : nil }) == nil {
      follower.giveUpStuckCall(after: timeout)
    }
  }

  /// Has the threads that watch and repair end.
  package func stopRepairs() {
    repairs.withLock { $0.isStopping = true }
    repairs.notifyAll()
  }

  package func wakeRepairs() {
    repairs.withLock { $0.isWanted = true }
    repairs.notifyAll()
  }

  /// A segment has been written to its end.
  func noteEnd(of name: String, bytes: UInt64) {
    map.update(name) { entry in
      entry.bytes = bytes
      entry.isBeingWritten = false
    }
    wakeRepairs()
  }

  /// Ends all threads, once nothing is written any more.
  package func stop() {
    follower.drain(timeout: timeout)
    follower.stop()
    for volume in mounted { volume.stop() }
    let locks = state.withLock { state in
      state.isStopped = true
      defer { state.locks = [] }
      return state.locks
    }
    for lock in locks { lock.unlock() }
  }
}

/// What the thread that repairs is told.
package struct RepairSignals: Sendable {
  package var isWanted = false
  package var isStopping = false
}

/// Lets what is made before the volumes are together tell them of failures.
private final class FailureTarget: Sendable {
  private let target = Mutex<WeakVolumes>(WeakVolumes())

  private struct WeakVolumes: Sendable {
    weak var volumes: ReplicatedVolumes?
  }

  var volumes: ReplicatedVolumes? { target.withLock { $0.volumes } }

  func set(_ volumes: ReplicatedVolumes) {
    target.withLock { $0.volumes = volumes }
  }
}

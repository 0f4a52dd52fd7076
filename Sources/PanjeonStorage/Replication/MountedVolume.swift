// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// A volume of an open store: its place in the list, how it fares, and the threads that make its calls.
package final class MountedVolume: Sendable {
  /// How a volume fares.
  package enum Condition: Sendable {
    /// It answers.
    case healthy
    /// A call failed or took too long; it is not used before it has been made ready again.
    case failed(StoreError)
    /// It has been taken out of the store.
    case removed
  }

  private struct State: Sendable {
    var condition: Condition
    /// How often it has been taken into use again.
    var generation = 0
    var isDraining: Bool
    /// Whether the store holds its lock.
    var isLocked: Bool
    /// Whether it may have files that were set aside.
    var hasStaleFiles = true
    var thread: VolumeThread?
    var readers: [VolumeThread] = []
    var nextReader = 0
    var latency: ReadLatency
    var room = VolumeRoom()

    mutating func takeThreads() -> [VolumeThread] {
      defer {
        thread = nil
        readers = []
      }
      return readers + (thread.map { [$0] } ?? [])
    }
  }

  /// The threads that read from one volume at the same time.
  private static let readersPerVolume = 2

  package let place: Int
  package let identity: VolumeIdentity
  package let volume: Volume
  private let state: Mutex<State>

  package init(
    _ entry: VolumeRecord.Entry, place: Int, condition: Condition, isLocked: Bool
  ) {
    self.place = place
    identity = entry.identity
    volume = entry.volume
    state = Mutex(
      State(
        condition: condition, isDraining: entry.isDraining, isLocked: isLocked,
        latency: ReadLatency(of: entry.volume.storageClass)))
  }

  package var name: String { volume.name }
  package var path: String { volume.path }
  package var isDurable: Bool { volume.storageClass == .durable }

  /// The rack, told apart from racks of that name in other zones.
  package var rack: [String] { [volume.zone, volume.rack] }

  package var condition: Condition { state.withLock { $0.condition } }

  package var isHealthy: Bool {
    state.withLock { state in
      if case .healthy = state.condition { true } else { false }
    }
  }

  package var isDraining: Bool { state.withLock { $0.isDraining } }

  package var entry: VolumeRecord.Entry {
    VolumeRecord.Entry(identity, volume, isDraining: isDraining)
  }

  /// The path of a file of the store on this volume.
  package func path(of name: String) -> String { path + "/" + name }

  package func setDraining(_ isDraining: Bool) {
    state.withLock { $0.isDraining = isDraining }
  }

  package var isLocked: Bool { state.withLock { $0.isLocked } }

  package func noteLocked() {
    state.withLock { $0.isLocked = true }
  }

  package func noteStaleFiles() {
    state.withLock { $0.hasStaleFiles = true }
  }

  /// Whether there may be files that were set aside; false from then on.
  package func takeHasStaleFiles() -> Bool {
    state.withLock { state in
      defer { state.hasStaleFiles = false }
      return state.hasStaleFiles
    }
  }

  /// Takes the volume out of use; false when it was out already.
  package func fail(_ condition: Condition) -> Bool {
    let threads = state.withLock { state -> [VolumeThread]? in
      guard case .healthy = state.condition else { return nil }
      state.condition = condition
      return state.takeThreads()
    }
    guard let threads else { return false }
    for thread in threads { thread.stop() }
    return true
  }

  /// Changes with each time that the volume is taken into use again: what was open or under way before is nothing to it any more.
  package var generation: Int { state.withLock { $0.generation } }

  /// Whether the volume has been in use without a break since a generation.
  package func isUsable(since generation: Int) -> Bool {
    state.withLock { state in
      guard case .healthy = state.condition else { return false }
      return state.generation == generation
    }
  }

  package var isRemoved: Bool {
    if case .removed = condition { true } else { false }
  }

  /// Takes the volume out of the store for good.
  package func remove() {
    _ = fail(.removed)
    state.withLock { $0.condition = .removed }
  }

  /// Takes the volume into use again, with threads of its own, as the old ones may be stuck; false if it has not failed.
  package func recover() -> Bool {
    state.withLock { state in
      guard case .failed = state.condition else { return false }
      state.condition = .healthy
      state.generation += 1
      state.latency = ReadLatency(of: volume.storageClass)
      state.room = VolumeRoom()
      return true
    }
  }

  /// Whether it is time to ask the volume how much room it has; false while it is out of use.
  func takeIsRoomDue(at now: UInt64) -> Bool {
    state.withLock { state in
      guard case .healthy = state.condition else { return false }
      return state.room.takeIsDue(at: now)
    }
  }

  /// Whether it has been asked how much room it has, since it is in use.
  var hasBeenAskedForRoom: Bool { state.withLock { $0.room.hasBeenAsked } }

  /// Keeps how much room it has, and how much of the store it has.
  func noteRoom(free: UInt64?, used: UInt64) {
    state.withLock { $0.room.note(free: free, used: used) }
  }

  /// How much room it should have left, now that it has so much of the store; nil: unknown.
  package func freeBytes(used: UInt64) -> UInt64? {
    state.withLock { $0.room.free(used: used) }
  }

  /// Ends the threads, when the store is closed.
  package func stop() {
    for thread in state.withLock({ $0.takeThreads() }) { thread.stop() }
  }

  /// Has a call made by the volume's thread, after those before it; false if the volume is out of use.
  package func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
    let thread = state.withLock { state -> VolumeThread? in
      guard case .healthy = state.condition else { return nil }
      let thread = state.thread ?? VolumeThread(name: "panjeon-volume")
      state.thread = thread
      return thread
    }
    return thread?.submit(job) ?? false
  }

  /// Has a read made by one of the volume's readers; false if the volume is out of use.
  package func submitRead(_ job: @escaping @Sendable () -> Void) -> Bool {
    let thread = state.withLock { state -> VolumeThread? in
      guard case .healthy = state.condition else { return nil }
      state.latency.begin()
      if state.readers.count < Self.readersPerVolume {
        let thread = VolumeThread(name: "panjeon-reader")
        state.readers.append(thread)
        return thread
      }
      state.nextReader = (state.nextReader + 1) % state.readers.count
      return state.readers[state.nextReader]
    }
    return thread?.submit(job) ?? false
  }

  /// Notes the end of a read that ``submitRead(_:)`` began.
  package func noteRead(nanoseconds: UInt64, at now: UInt64) {
    state.withLock { $0.latency.end(nanoseconds: nanoseconds, at: now) }
  }

  /// How long a read is expected to take, those that are under way considered, in nanoseconds.
  package func expectedReadNanoseconds(at now: UInt64) -> Double {
    state.withLock { $0.latency.expected(at: now) }
  }

  /// The moving average of the reads, in nanoseconds.
  package var readNanoseconds: Double { state.withLock { $0.latency.average } }
}

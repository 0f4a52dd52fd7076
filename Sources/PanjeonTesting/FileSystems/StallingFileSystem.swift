// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
public import WideColumn

/// A file system that carries out its calls on another one, and on devices that stall lets them wait.
///
/// Every call that begins while its device stalls blocks its thread until the stall has ended, as a disk in the network does:
/// nothing fails, it is only late. A call under way when a stall begins is let go. Calls of open files are held up by the path that they
/// were opened by; a rename or a link by either of its names. `close()` is never held up.
///
/// ```swift
/// let stalling = StallingFileSystem(PosixFileSystem(), timeSource: SystemTimeSource())
/// var configuration = StoreConfiguration()
/// configuration.fileSystem = stalling
/// let store = try await EmbeddedStore.open(at: "/network/store", configuration: configuration)
/// stalling.begin(StallSchedule([DeviceStall("/network", from: .seconds(1), lasting: .seconds(2))]))
/// ```
///
/// A run that held up nothing has tested nothing: look at ``heldUp``.
public final class StallingFileSystem: FileSystem {
  /// The calls that had to wait.
  public struct HeldUp: Hashable, Sendable {
    /// How many there were, by kind; a `beginWriteback(of:)` counts as a write.
    public var calls: [FileSystemCall.Kind: Int] = [:]
    /// How many wait now.
    public var waiting = 0
    /// How long those that wait no more have waited, in all.
    public var total = Duration.zero
    /// The longest time that one of them has waited.
    public var longest = Duration.zero
    /// How often `readIfCached(into:at:)`, which may not wait, returned false instead.
    public var cachedReadsRefused = 0

    /// Creates figures of zero.
    public init() {}

    /// How many calls there were, of all kinds.
    public var count: Int { calls.values.reduce(0, +) }
  }

  private struct State: Sendable {
    var schedule = StallSchedule()
    var begunNanoseconds: UInt64 = 0
    var heldUp = HeldUp()

    func isStalled(_ path: String, _ newPath: String?, at now: UInt64) -> Bool {
      guard !schedule.stalls.isEmpty else { return false }
      let time = Duration.nanoseconds(Int64(clamping: now - min(now, begunNanoseconds)))
      if schedule.isStalled(path, at: time) { return true }
      guard let newPath else { return false }
      return schedule.isStalled(newPath, at: time)
    }
  }

  /// How long a call that waits does not look at the clock, which may be one that nobody hears moving.
  private static var pollInterval: Duration { .milliseconds(1) }

  private let base: any FileSystem
  private let clock: any TimeSource
  private let state: Monitor<State>

  /// Wraps a file system; nothing stalls before ``begin(_:)``.
  ///
  /// - Parameters:
  ///   - base: Carries out the calls.
  ///   - timeSource: The time that schedules go by.
  public init(_ base: any FileSystem, timeSource: any TimeSource) {
    self.base = base
    clock = timeSource
    state = Monitor(State())
  }

  /// Follows a schedule from now on, and no more an earlier one, whose stalls end.
  public func begin(_ schedule: StallSchedule) {
    let now = clock.monotonicNanoseconds()
    state.withLock { state in
      state.schedule = schedule
      state.begunNanoseconds = now
    }
    state.notifyAll()
  }

  /// Ends all stalls, those to come as well.
  public func endStalls() {
    begin(StallSchedule())
  }

  /// What has been held up so far.
  public var heldUp: HeldUp { state.withLock { $0.heldUp } }

  /// Whether a call of a file or directory would wait now.
  public func isStalled(_ path: String) -> Bool {
    let now = clock.monotonicNanoseconds()
    return state.withLock { $0.isStalled(path, nil, at: now) }
  }

  /// Waits as long as a device stalls.
  func waitWhileStalled(_ kind: FileSystemCall.Kind, _ path: String, newPath: String? = nil) {
    let begun = clock.monotonicNanoseconds()
    let mustWait = state.withLock { state in
      guard state.isStalled(path, newPath, at: begun) else { return false }
      state.heldUp.calls[kind, default: 0] += 1
      state.heldUp.waiting += 1
      return true
    }
    guard mustWait else { return }
    let clock = clock
    var hasEnded = false
    while !hasEnded {
      let ended: Void? = state.wait(timeout: Self.pollInterval) { state in
        state.isStalled(path, newPath, at: clock.monotonicNanoseconds()) ? nil : ()
      }
      hasEnded = ended != nil
    }
    let now = clock.monotonicNanoseconds()
    let time = Duration.nanoseconds(Int64(clamping: now - min(now, begun)))
    state.withLock { state in
      state.heldUp.waiting -= 1
      state.heldUp.total += time
      state.heldUp.longest = max(state.heldUp.longest, time)
    }
  }

  /// Whether a read that may not wait has to be refused.
  func refusesCachedRead(_ path: String) -> Bool {
    let now = clock.monotonicNanoseconds()
    return state.withLock { state in
      guard state.isStalled(path, nil, at: now) else { return false }
      state.heldUp.cachedReadsRefused += 1
      return true
    }
  }

  // MARK: FileSystem

  /// As the file system underneath.
  public var isForManyThreads: Bool { base.isForManyThreads }

  /// Creates a directory, when its device answers.
  public func createDirectory(_ path: String) throws(StoreError) {
    waitWhileStalled(.createDirectory, path)
    try base.createDirectory(path)
  }

  /// Opens a file, when its device answers.
  public func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File {
    waitWhileStalled(.open, path)
    return StallingFile(try base.open(path, mode), self)
  }

  /// Asks, when the device answers.
  public func exists(_ path: String) throws(StoreError) -> Bool {
    waitWhileStalled(.exists, path)
    return try base.exists(path)
  }

  /// Renames, when the devices of both names answer.
  public func rename(_ path: String, to newPath: String) throws(StoreError) {
    waitWhileStalled(.rename, path, newPath: newPath)
    try base.rename(path, to: newPath)
  }

  /// Links, when the devices of both names answer.
  public func link(_ path: String, to newPath: String) throws(StoreError) {
    waitWhileStalled(.link, path, newPath: newPath)
    try base.link(path, to: newPath)
  }

  /// Removes, when the device answers.
  public func remove(_ path: String) throws(StoreError) {
    waitWhileStalled(.remove, path)
    try base.remove(path)
  }

  /// Lists, when the device answers.
  public func list(_ directory: String) throws(StoreError) -> [String] {
    waitWhileStalled(.list, directory)
    return try base.list(directory)
  }

  /// Syncs, when the device answers.
  public func syncDirectory(_ path: String) throws(StoreError) {
    waitWhileStalled(.syncDirectory, path)
    try base.syncDirectory(path)
  }

  /// Takes a lock, when the device answers.
  public func lock(_ path: String) throws(StoreError) -> any FileLock {
    waitWhileStalled(.lock, path)
    return try base.lock(path)
  }

  /// Asks, when the device answers.
  public func isWritableByOthers(_ path: String) throws(StoreError) -> Bool {
    waitWhileStalled(.owner, path)
    return try base.isWritableByOthers(path)
  }

  /// Asks, when the device answers.
  public func freeBytes(_ directory: String) throws(StoreError) -> UInt64? {
    waitWhileStalled(.room, directory)
    return try base.freeBytes(directory)
  }
}

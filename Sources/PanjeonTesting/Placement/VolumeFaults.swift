// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
internal import Synchronization
public import WideColumn

/// A file system whose volumes can be killed, healed, stalled and filled, each by itself.
///
/// ```swift
/// let disk = InMemoryFileSystem()
/// let faults = VolumeFaults(disk, disk: disk, volumes: volumes)
/// configuration.fileSystem = faults
/// …
/// faults.kill(["a", "b"], as: .rack)
/// faults.heal("a", empty: true)
/// ```
///
/// What lies on no volume passes. A run that injected nothing has tested nothing: look at ``injected``.
public final class VolumeFaults: FileSystem {
  enum Condition: Sendable {
    case well, killed, full
  }

  private struct Place: Sendable {
    let volume: Volume
    var condition = Condition.well
    /// Counts the disks that have been there: a file that was opened on an earlier one stays lost.
    var disk = 0
    /// When a stall ends.
    var stalledUntil: UInt64?
    /// Calls that were to change it and failed since it was killed.
    var failedChanges = 0
    /// How much room it says that it has.
    var freeBytes: UInt64?
  }

  private struct State: Sendable {
    var places: [Place]
    var injected = PlacementFaultCounts()
    var calls = 0
  }

  let base: any FileSystem
  private let disk: InMemoryFileSystem
  private let clock: any TimeSource
  private let onCall: (@Sendable (FileSystemCall) -> Void)?
  private let pretending: (@Sendable (FileSystemCall) -> Bool)?
  private let state: Monitor<State>

  /// Puts volumes on a file system.
  ///
  /// - Parameters:
  ///   - base: Carries out the calls.
  ///   - disk: Where they end; there volumes are emptied and bits flipped.
  ///   - volumes: The volumes; their paths do not lie in one another.
  ///   - clock: By which a stall ends.
  ///   - onCall: Called before each call, from any thread, before it is decided whether the call fails.
  ///   - pretending: Says which writes and syncs of open files say that they are done, and are not: no store survives that, and a check
  ///     that does not find it checks nothing.
  public init(
    _ base: any FileSystem, disk: InMemoryFileSystem, volumes: [Volume],
    clock: any TimeSource = SystemTimeSource(),
    onCall: (@Sendable (FileSystemCall) -> Void)? = nil,
    pretending: (@Sendable (FileSystemCall) -> Bool)? = nil
  ) {
    self.base = base
    self.disk = disk
    self.clock = clock
    self.onCall = onCall
    self.pretending = pretending
    state = Monitor(State(places: volumes.map { Place(volume: $0) }))
  }

  /// What was injected so far.
  public var injected: PlacementFaultCounts { state.withLock { $0.injected } }

  /// How many calls on a volume that were to change it have failed since it was killed.
  public func failedChanges(of name: String) -> Int {
    state.withLock { state in
      state.places.first { $0.volume.name == name }?.failedChanges ?? 0
    }
  }

  // MARK: Faults

  /// Lets every call on some volumes fail from now on, also on files that are open.
  ///
  /// - Parameters:
  ///   - names: The volumes.
  ///   - fault: What it counts as, once; nil: nothing, as for one that is not there from the beginning.
  public func kill(_ names: [String], as fault: PlacementFault? = .volume) {
    change(names, as: fault) { $0.condition = .killed }
  }

  /// Lets a volume say that it has so much room, whatever is written to it; nil: what it has.
  public func setFreeBytes(_ bytes: UInt64?, of name: String) {
    change([name], as: nil) { $0.freeBytes = bytes }
  }

  /// Lets every call that needs room fail from now on.
  public func fill(_ name: String) {
    change([name], as: .full) { $0.condition = .full }
  }

  /// Lets every call on a volume wait for a while from now on.
  public func stall(_ name: String, for duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let length = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    let end = clock.monotonicNanoseconds() &+ length
    change([name], as: .stall) { $0.stalledUntil = end }
  }

  /// Flips one bit of a file on a volume.
  ///
  /// - Parameters:
  ///   - bit: Which one, modulo the number there is.
  ///   - path: The file.
  /// - Returns: False if there is no such bit.
  public func rot(_ bit: Int, of path: String) -> Bool {
    guard let bytes = disk.contents(of: path), !bytes.isEmpty else { return false }
    disk.flipBit(bit % (bytes.count * 8), of: path)
    state.withLock { $0.injected[.rot] += 1 }
    return true
  }

  /// Lets calls on a volume pass again.
  ///
  /// - Parameters:
  ///   - name: The volume.
  ///   - empty: Whether there is a new disk in its place; else it has what it had.
  public func heal(_ name: String, empty: Bool) {
    if empty, let path = state.withLock({ $0.places.first { $0.volume.name == name }?.volume.path })
    {
      disk.loseDirectory(path)
    }
    change([name], as: empty ? .empty : nil) { place in
      place.condition = .well
      place.stalledUntil = nil
      place.failedChanges = 0
      if empty { place.disk += 1 }
    }
  }

  /// Ends all stalls.
  public func endStalls() {
    state.withLock { state in
      for index in state.places.indices { state.places[index].stalledUntil = nil }
    }
    state.notifyAll()
  }

  private func change(
    _ names: [String], as fault: PlacementFault?, _ body: (inout Place) -> Void
  ) {
    state.withLock { state in
      for index in state.places.indices where names.contains(state.places[index].volume.name) {
        body(&state.places[index])
      }
      if let fault { state.injected[fault] += 1 }
    }
    state.notifyAll()
  }

  // MARK: Calls

  /// Which disk of which volume a path lies on; nil for none.
  func location(of path: String) -> (place: Int, disk: Int)? {
    state.withLock { state in
      for (number, place) in state.places.enumerated() {
        let root = place.volume.path
        if path == root || path.hasPrefix(root + "/") { return (number, place.disk) }
      }
      return nil
    }
  }

  /// How much room a volume is made to say that it has.
  func room(on path: String) -> UInt64? {
    guard let location = location(of: path) else { return nil }
    return state.withLock { state in
      let place = state.places[location.place]
      return place.condition == .full ? 0 : place.freeBytes
    }
  }

  /// Tells of a call, waits as long as its volume is stalled, and throws if it is to fail; true if it is only to be pretended; `opened` is the disk that the file was opened on.
  @discardableResult
  func check(
    _ kind: FileSystemCall.Kind, _ path: String, offset: UInt64? = nil, byteCount: Int? = nil,
    newPath: String? = nil, opened: (place: Int, disk: Int)? = nil
  ) throws(StoreError) -> Bool {
    let number = state.withLock { state in
      state.calls += 1
      return state.calls
    }
    let call = FileSystemCall(
      kind, path, number: number, offset: offset, byteCount: byteCount, newPath: newPath)
    onCall?(call)
    guard let location = opened ?? location(of: path) else { return false }
    waitForStall(location.place)
    let needsRoom = kind == .write || kind == .createDirectory || kind == .link
    let failure = state.withLock { state -> StoreError? in
      let place = state.places[location.place]
      let error: StoreError?
      if place.condition == .killed || place.disk != location.disk {
        error = StoreError(
          .io, "cannot \(kind.rawValue): the volume is gone (injected)", file: path)
      } else if place.condition == .full, needsRoom {
        error = StoreError(
          .noSpace, "cannot \(kind.rawValue): No space left on device (injected)", file: path)
      } else {
        error = nil
      }
      if error?.code == .io, call.changesDisk { state.places[location.place].failedChanges += 1 }
      return error
    }
    if let failure { throw failure }
    return pretending?(call) ?? false
  }

  private func waitForStall(_ place: Int) {
    while let end = state.withLock({ $0.places[place].stalledUntil }) {
      let now = clock.monotonicNanoseconds()
      if now >= end { return }
      // Woken when the stall is ended before its time.
      state.wait(timeout: .nanoseconds(Int64(end - now))) { state -> Void? in
        state.places[place].stalledUntil == end ? nil : ()
      }
    }
  }
}

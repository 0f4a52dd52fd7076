// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// A segment of the log that is being written: leading copies, written by whoever writes the log, and following ones.
///
/// Lock order: this file's lock, then the map's, then a volume's. This file's lock is held while the leading copies are written.
package final class ReplicatedLogFile: File {
  struct Leading: Sendable {
    var volume: MountedVolume
    var file: any File
    /// The same for the thread that follows, which syncs it when somebody waits for that.
    var syncs: FollowingCopy
  }

  struct State: Sendable {
    var leading: [Leading]
    var following: [FollowingCopy]
    var end: UInt64 = 0
    /// Where the last write begins: what is before it stays, what is behind may be zeros so far.
    var lastWrite: UInt64 = 0
    /// Why the last copy was lost, if all are.
    var failure: StoreError?
    var isClosed = false
    /// The copies that there were when it was closed: if a sync that was begun before fails, another is asked.
    var ended: [FollowingCopy] = []

    /// The copies, for the thread that follows.
    var all: [FollowingCopy] { isClosed ? ended : leading.map(\.syncs) + following }

    /// A leading copy that can be read.
    var usableLead: (any File)? { leading.first { $0.syncs.isUsable }?.file }

    /// In how many racks the file lies.
    var racks: Int { Set(leading.map(\.volume.rack) + following.map(\.volume.rack)).count }
    var leadingRacks: Int { Set(leading.map(\.volume.rack)).count }

    /// Whether the leading copies alone are what *in the operating system* means.
    var leadsSuffice: Bool { !leading.isEmpty && leadingRacks >= min(2, racks) }
  }

  package let path: String
  let name: String
  let volumes: ReplicatedVolumes
  let state: Mutex<State>
  private let completions = CompletionsInOrder()
  /// Whether it may be written: nothing that must be there before is owed to a volume.
  private let mayBegin: Atomic<Bool>

  /// Takes over a file that is there on its leading volumes, and waits to be created on the others.
  init(
    path: String, name: String, volumes: ReplicatedVolumes,
    leading: [(MountedVolume, any File)], following: [FollowingCopy],
    after previous: ReplicatedLogFile?
  ) {
    self.path = path
    self.name = name
    self.volumes = volumes
    mayBegin = Atomic(leading.allSatisfy { previous?.hasLed($0.0) ?? false })
    state = Mutex(
      State(
        leading: leading.map { volume, file in
          Leading(
            volume: volume, file: file,
            syncs: FollowingCopy(name, on: volume, file: file, leads: true))
        }, following: following))
  }

  deinit {
    close()
  }

  // MARK: Writing

  /// Whether a write only copies into the memory of the system: the leading copies are enough, and there is room for the others.
  package var isWriteBuffered: Bool {
    if volumes.follower.isFull { return false }
    if !mayBegin.load(ordering: .relaxed), volumes.follower.isBehind(before: name) { return false }
    return state.withLock { state in
      state.leadsSuffice
        && state.leading.allSatisfy { $0.syncs.isUsable && $0.file.isWriteBuffered }
    }
  }

  package func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    if volumes.follower.isFull { volumes.follower.waitForRoom() }
    if !mayBegin.load(ordering: .relaxed) { beginWriting() }
    let written = state.withLock { state in
      Result { () throws(StoreError) in
        try dropFailed(&state)
        try unsafe writeLeading(bytes, at: offset, &state)
        unsafe follow(bytes, at: offset, &state)
        state.end = max(state.end, offset + UInt64(bytes.count))
        state.lastWrite = max(state.lastWrite, offset)
        return state.leadsSuffice ? nil : wait(&state)
      }
    }
    guard let waiting = try written.get() else { return }
    try waiting.wait(timeout: volumes.timeout)
  }

  /// Nothing of a segment may be left where something of an older one is lost.
  ///
  /// What has led the older ones has all of them. Any other volume has the new segment before those that follow have the older ones,
  /// and may be the one that is left beside them: so they are waited for.
  private func beginWriting() {
    volumes.follower.catchUp(before: name)
    mayBegin.store(true, ordering: .relaxed)
  }

  /// Whether a volume's copy has led since the segment was begun.
  private func hasLed(_ volume: MountedVolume) -> Bool {
    state.withLock { state in
      state.leading.contains {
        $0.volume === volume && $0.syncs.leads && $0.syncs.isUsable
      }
    }
  }

  /// The places of the volumes that have it.
  var places: Set<Int> { state.withLock { Set($0.all.map(\.volume.place)) } }

  private func writeLeading(
    _ bytes: UnsafeRawBufferPointer, at offset: UInt64, _ state: inout State
  ) throws(StoreError) {
    for copy in state.leading {
      do throws(StoreError) {
        try unsafe copy.file.write(bytes, at: offset)
      } catch {
        try lose(copy.volume, error, &state)
      }
    }
  }

  private func follow(
    _ bytes: UnsafeRawBufferPointer, at offset: UInt64, _ state: inout State
  ) {
    if state.following.isEmpty { return }
    let copied = unsafe [UInt8](bytes)
    for copy in state.following {
      volumes.follower.add(FollowingStep(.write(copy), bytes: copied, at: offset))
    }
  }

  /// Asks to be told when the following copies have what has been written; until then it is in one rack only, or nowhere.
  private func wait(_ state: inout State) -> RackWait {
    let waiting = RackWait(
      racks: Set(state.leading.map(\.volume.rack)), needed: min(2, state.racks),
      answers: state.following.count)
    for copy in state.following {
      var step = FollowingStep(.write(copy))
      step.onWrite = [{ waiting.note(copy.volume.rack, $0) }]
      volumes.follower.add(step)
    }
    return waiting
  }

  /// Goes on without a copy that could not be written, unless it is the last.
  private func lose(
    _ volume: MountedVolume, _ error: StoreError, _ state: inout State
  ) throws(StoreError) {
    let others = state.all.filter { $0.volume !== volume && $0.isUsable }
    if others.isEmpty {
      // It stays: the engine is told, as of one disk.
      throw error
    }
    volumes.fail(volume, error)
    state.leading.removeAll { $0.volume === volume }
    state.following.removeAll { $0.volume === volume }
  }

  /// Leaves out the copies on volumes that have failed, be they used again or not.
  private func dropFailed(_ state: inout State) throws(StoreError) {
    state.leading.removeAll { !$0.syncs.isUsable }
    state.following.removeAll { !$0.isUsable }
    guard state.leading.isEmpty, state.following.isEmpty else { return }
    throw state.failure
      ?? StoreError(.io, "no volume is left that has the file", file: path)
  }

  // MARK: Syncing

  package var syncsApart: Bool { true }

  package func beginSync(_ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
    let place = completions.add(completion)
    begin { [completions] result in completions.end(place, result) }
  }

  package func sync() throws(StoreError) {
    let waiting = VolumeAnswers<Void>(count: 1)
    beginSync { waiting.set(0, $0) }
    guard let answer = waiting.wait(timeout: volumes.timeout * 2).first, let answer else {
      throw StoreError(.io, "no volume has synced the file within \(volumes.timeout)", file: path)
    }
    try answer.get()
  }

  /// The thread that follows syncs its copies before whatever the engine does later; leading ones that are to be synced at all are
  /// synced at once, for what comes later is written to their volumes at once too.
  package func syncInOrder() throws(StoreError) {
    begin { _ in }
    let copies = copiesToSync
    let result = state.withLock { state in
      Result { () throws(StoreError) in
        for copy in state.leading where copies.contains(where: { $0 === copy.syncs }) {
          do throws(StoreError) {
            try copy.file.sync()
          } catch {
            try lose(copy.volume, error, &state)
          }
        }
      }
    }
    try result.get()
  }

  /// The copies that *on disk* means.
  private var copiesToSync: [FollowingCopy] {
    state.withLock { state in
      let healthy = state.all.filter(\.isUsable)
      if volumes.syncsAllCopies { return healthy }
      let durable = healthy.filter { $0.volume.isDurable }
      // Without a durable copy the others are all there is to sync.
      return durable.isEmpty ? healthy : durable
    }
  }

  /// Begins a sync of all copies that *on disk* asks for.
  private func begin(_ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
    let steps = copiesToSync
    guard !steps.isEmpty else {
      return completion(
        .failure(StoreError(.io, "no volume is left that has the file", file: path)))
    }
    let tally = SyncTally(count: steps.count) { [self] result in
      // All that were to sync it have failed; as long as others are left, they are asked.
      if case .failure = result, hasCopies(besides: steps) { return begin(completion) }
      completion(result)
    }
    for copy in steps {
      var step = FollowingStep(.write(copy))
      step.onSync = [{ tally.note($0) }]
      volumes.follower.add(step)
    }
  }

  private func hasCopies(besides tried: [FollowingCopy]) -> Bool {
    state.withLock { state in
      state.all.contains { copy in
        copy.isUsable && !tried.contains { $0 === copy }
      }
    }
  }

  // MARK: The rest

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(StoreError) -> Int {
    guard let file = state.withLock({ $0.usableLead }) else {
      throw StoreError(.io, "no volume is left that has the file", file: path)
    }
    return try unsafe file.read(into: buffer, at: offset)
  }

  package func truncate(to size: UInt64) throws(StoreError) {
    throw StoreError(.io, "a segment that has copies is not cut", file: path)
  }

  package func size() throws(StoreError) -> UInt64 { bytesWritten }

  var bytesWritten: UInt64 { state.withLock { $0.end } }

  package func close() {
    let (leading, following, end) = state.withLock { state in
      defer {
        if !state.isClosed { state.ended = state.all }
        state.isClosed = true
        state.leading = []
        state.following = []
      }
      return (state.leading, state.following, state.end)
    }
    for copy in leading.map(\.syncs) + following {
      volumes.follower.add(FollowingStep(.close(copy)))
    }
    if !leading.isEmpty || !following.isEmpty { volumes.noteEnd(of: name, bytes: end) }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// A file with copies: what is written goes to all of them, what is read comes from the quickest.
package final class ReplicatedFile: File {
  private struct State: Sendable {
    /// The open copies, by the volume's place.
    var files: [Int: any File]
    var end: UInt64
    var isClosed = false
  }

  package let path: String
  private let name: String
  private let volumes: ReplicatedVolumes
  private let isBeingCreated: Bool
  private let state: Mutex<State>
  /// Held while the file is written, and while a copy catches up with it.
  private let turn = Mutex(())

  init(
    path: String, name: String, volumes: ReplicatedVolumes, files: [Int: any File],
    isBeingCreated: Bool
  ) {
    self.path = path
    self.name = name
    self.volumes = volumes
    self.isBeingCreated = isBeingCreated
    state = Mutex(State(files: files, end: 0))
  }

  deinit {
    close()
  }

  // MARK: Writing

  package func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    // Its own: a volume that does not answer may look at it long after this has returned.
    let copied = unsafe [UInt8](bytes)
    try inTurn { () throws(StoreError) in
      try call(filesToWrite) { file throws(StoreError) in
        try unsafe copied.withRawBytes { (bytes) throws(StoreError) in
          try unsafe file.write(bytes, at: offset)
        }
      }
    }
    let end = offset + UInt64(bytes.count)
    let grown = state.withLock { state -> UInt64 in
      state.end = max(state.end, end)
      return state.end
    }
    volumes.map.update(name) { $0.bytes = max($0.bytes, grown) }
  }

  package func beginWriteback(of bytes: Range<UInt64>) {
    let files = state.withLock { $0.files }
    for place in volumes.placesToSync(files.keys) { files[place]?.beginWriteback(of: bytes) }
  }

  package func sync() throws(StoreError) {
    try inTurn { () throws(StoreError) in
      let files = filesToWrite
      try volumes.callThoseToSync(files.keys) { (places) throws(StoreError) in
        try call(files.filter { places.contains($0.key) }) { file throws(StoreError) in
          try file.sync()
        }
      }
    }
    // An SSTable is synced once, when it is whole.
    if isBeingCreated, case .table? = FileNames(name) {
      volumes.map.update(name) { $0.isBeingWritten = false }
      volumes.wakeRepairs()
    }
  }

  package func truncate(to size: UInt64) throws(StoreError) {
    try call(filesToWrite) { file throws(StoreError) in try file.truncate(to: size) }
  }

  private func inTurn(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    let result = turn.withLock { _ in Result { () throws(StoreError) in try body() } }
    try result.get()
  }

  /// Makes a copy on a volume of a file that is being written, which gets from then on what is written.
  ///
  /// Whoever writes it waits meanwhile, but for no volume that does not answer. Throws what reading or writing throws; there is no copy then.
  func join(_ volume: MountedVolume) throws(StoreError) {
    let target = try volumes.createAnew(name, on: volume)
    try inTurn { () throws(StoreError) in
      guard let end = state.withLock({ $0.isClosed ? nil : $0.end }) else {
        throw StoreError(.io, "the file has been ended", file: path)
      }
      let others = state.withLock { Array($0.files.keys) }
      let isToSync = volumes.isToSync(volume, beside: others)
      try volumes.call(volume) { [self] () throws(StoreError) in
        try copySound(0..<end, to: target, on: volume)
        if isToSync { try target.sync() }
      }
      state.withLock { $0.files[volume.place] = target }
    }
  }

  /// Copies what there is from the first copy that is what it should be, as far as its format can say that of a file that is being written.
  private func copySound(
    _ range: Range<UInt64>, to target: any File, on volume: MountedVolume
  ) throws(StoreError) {
    var unpaced = ReadPacer()
    let end = volumes.recordsEnd(of: name)
    for source in readable {
      try target.append(from: source.file(), range, &unpaced)
      guard case .manifest? = FileNames(name) else { return }
      if try volumes.isSound(name, at: volume.path(of: name), through: end, &unpaced) { return }
      volumes.noteDamage(of: name, on: source.volume.place)
    }
    throw StoreError(.io, "no copy of the file is whole", file: path)
  }

  /// Writes a volume's copy no more, which the caller removes; false if it is the last.
  func leave(_ volume: MountedVolume) -> Bool {
    turn.withLock { _ in
      state.withLock { state in
        guard state.files.count > 1 else { return false }
        state.files.removeValue(forKey: volume.place)?.close()
        return true
      }
    }
  }

  /// The copies, each opened if it is not.
  private var filesToWrite: [Int: any File] {
    if isBeingCreated { return state.withLock { $0.files } }
    let places = volumes.map[name]?.copies ?? []
    for place in places where volumes[place].isHealthy {
      do throws(StoreError) {
        _ = try file(on: place)
      } catch {
        volumes.noteDamage(of: name, on: place)
      }
    }
    return state.withLock { $0.files }
  }

  private func call(
    _ files: [Int: any File], _ body: @escaping @Sendable (any File) throws(StoreError) -> Void
  ) throws(StoreError) {
    let done = try volumes.callAll(files.keys.sorted()) { volume throws(StoreError) in
      guard let file = files[volume.place] else { return }
      try body(file)
    }
    // A copy that lacks a write is none.
    let lost = files.keys.filter { done[$0] == nil && !volumes[$0].isHealthy }
    if lost.isEmpty { return }
    state.withLock { state in
      for place in lost { state.files[place] = nil }
    }
  }

  // MARK: Reading

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(StoreError) -> Int {
    let copies = readable
    switch copies.count {
    case 0: throw StoreError(.io, "no volume is left that has the file", file: path)
    case 1:
      return try unsafe copies[0].file().read(into: buffer, at: offset)
    default:
      return try unsafe volumes.reads.run(into: buffer, at: offset, of: copies) {
        volume, _ in
        volumes.figures.failedReads.add(1)
        drop(volume.place)
      }
    }
  }

  package func readIfCached(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) -> Bool {
    let files = state.withLock { $0.files }
    for (place, file) in files where volumes[place].isHealthy && isWhole(place) {
      if unsafe file.readIfCached(into: buffer, at: offset) { return true }
    }
    return false
  }

  package func size() throws(StoreError) -> UInt64 {
    if isBeingCreated { return state.withLock { $0.end } }
    // Nothing is asked of a volume, which might stall: what is not being written keeps its length.
    guard let bytes = volumes.map[name]?.bytes else {
      throw StoreError(.io, "no volume has the file any more", file: path)
    }
    return bytes
  }

  /// The copies that may be read.
  private var readable: [HedgedRead.Copy] {
    places.map { place in
      HedgedRead.Copy(volume: volumes[place]) { [self] () throws(StoreError) in
        try file(on: place)
      }
    }
  }

  /// The volumes that have the file whole; if it has been removed, those on which it is still open.
  private var places: [Int] {
    let open = state.withLock { $0.files.keys }
    guard let entry = volumes.map[name] else {
      return open.filter { volumes[$0].isHealthy }.sorted()
    }
    let whole = entry.copies.filter { isCaughtUp($0) && volumes[$0].isHealthy }
    return whole.isEmpty ? open.filter { volumes[$0].isHealthy }.sorted() : whole.sorted()
  }

  private func isWhole(_ place: Int) -> Bool {
    guard let entry = volumes.map[name] else { return true }
    return entry.copies.contains(place) && isCaughtUp(place)
  }

  /// Whether a copy has all that the others have: one that follows may not have it yet.
  private func isCaughtUp(_ place: Int) -> Bool {
    guard case .log? = FileNames(name) else { return true }
    return !volumes.follower.isBehind(name, on: volumes[place])
  }

  private func file(on place: Int) throws(StoreError) -> any File {
    if let file = state.withLock({ $0.files[place] }) { return file }
    let opened = try volumes.base.open(volumes[place].path(of: name), .read)
    let kept = state.withLock { state -> (any File)? in
      if let file = state.files[place] { return file }
      if state.isClosed { return nil }
      state.files[place] = opened
      return opened
    }
    guard let kept else { throw StoreError(.closed, "the file has been closed", file: path) }
    return kept
  }

  /// Opens all copies before they are removed: they can be read as long as they are open.
  func openAll() {
    if state.withLock({ $0.isClosed }) { return }
    for place in places { _ = try? file(on: place) }
  }

  private func drop(_ place: Int) {
    // Whoever is reading it holds it until then.
    state.withLock { _ = $0.files.removeValue(forKey: place) }
    volumes.noteDamage(of: name, on: place)
  }

  package var copies: [any File] {
    let copies = readable.compactMap { try? $0.file() }
    return copies.count > 1 ? copies : []
  }

  package func reportDamagedCopy() {
    volumes.noteDoubt(of: name)
  }

  package func close() {
    let files = state.withLock { state in
      defer {
        state.files = [:]
        state.isClosed = true
      }
      return state.files
    }
    for file in files.values { file.close() }
    if isBeingCreated, !files.isEmpty {
      volumes.map.update(name) { $0.isBeingWritten = false }
    }
  }
}

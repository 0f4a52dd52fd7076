// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import WideColumn

/// The thread that keeps copies as the policy wants them: it looks after volumes that have failed, makes copies anew in the order of
/// ``RepairPriority``, compares what is doubted, empties volumes, and evens them out.
///
/// One thing at a time, at a rate; what is urgent is looked for again after each.
package final class RepairWorker: Sendable {
  /// How many tasks wait at the most; what finds no room is found again by the next look.
  private static let queueLengthMax = 4096

  /// How long one look at all files is worked off before the next.
  private static let lookInterval = Duration.seconds(1)

  let volumes: ReplicatedVolumes
  private let returns: VolumeReturn

  package init(_ volumes: ReplicatedVolumes) {
    self.volumes = volumes
    returns = VolumeReturn(volumes)
  }

  /// Works until the store is closed.
  package func loop() {
    var lastProbe: UInt64 = 0
    while !rests() {
      let now = volumes.clock.monotonicNanoseconds()
      if now &- lastProbe >= volumes.configuration.volumeProbeInterval.nanoseconds {
        lastProbe = now
        returns.tryAll()
      }
      volumes.askForRoom()
      do throws(StoreError) {
        var pacer = pacer
        try StaleFiles(volumes).compareAll(&pacer)
        try settleDoubts(&pacer)
        if try !workOff(&pacer) { try balance(&pacer) }
      } catch {
        if error.code == .closed { return }
        volumes.logger.warning("a repair failed", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Sleeps until there may be something to do; true when the store is being closed.
  private func rests() -> Bool {
    volumes.repairs.wait(timeout: volumes.configuration.volumeProbeInterval) { signals -> Bool? in
      if signals.isStopping { return true }
      guard signals.isWanted else { return nil }
      signals.isWanted = false
      return false
    } ?? false
  }

  private var pacer: ReadPacer {
    ReadPacer(bytesPerSecond: volumes.configuration.repairBytesPerSecond) { [volumes] duration in
      volumes.repairs.wait(timeout: duration) { $0.isStopping ? true : nil } ?? false
    }
  }

  // MARK: Tasks

  /// Looks at all files, and says what they lack; returns what is to be done.
  private func look() -> RepairQueue {
    let (queue, missing) = survey()
    volumes.noteDegraded(missing)
    return queue
  }

  /// What is to be done at present, and what files lack of what the policy asks for.
  package func survey() -> (queue: RepairQueue, missing: [String]) {
    var queue = RepairQueue(lengthMax: Self.queueLengthMax)
    var missing: Set<String> = []
    let placement = Placement(policy: volumes.record.policy, volumes: volumes.placeable)
    // Many files have the same volumes.
    var lacking: [Lacking: [String]] = [:]
    var right: Set<Lacking> = []
    for file in volumes.copies {
      let key = Lacking(file)
      let lack = lacking[key] ?? placement.lack(key)
      lacking[key] = lack
      missing.formUnion(lack)
      if right.contains(key) { continue }
      if let task = file.repair(by: placement) {
        queue.insert(task)
      } else if lack.isEmpty, file.copies.allSatisfy(\.isGood) {
        right.insert(key)
      }
    }
    return (queue, missing.sorted())
  }

  /// Does what is to be done; false if that is nothing.
  private func workOff(_ pacer: inout ReadPacer) throws(StoreError) -> Bool {
    var queue = look()
    let hasWork = !queue.isEmpty
    let begin = volumes.clock.monotonicNanoseconds()
    while let task = queue.popFirst() {
      do throws(StoreError) {
        try perform(task, &pacer)
      } catch {
        if error.code == .closed { throw error }
        volumes.logger.warning(
          "a copy could not be made", metadata: ["file": "\(task.file)", "error": "\(error)"])
      }
      let time = volumes.clock.monotonicNanoseconds() &- begin
      if time > Self.lookInterval.nanoseconds || volumes.repairs.withLock({ $0.isWanted }) {
        volumes.wakeRepairs()
        return hasWork
      }
    }
    if hasWork { _ = look() }
    return hasWork
  }

  private func perform(_ task: RepairTask, _ pacer: inout ReadPacer) throws(StoreError) {
    for name in task.adding {
      try volumes.requireOpen()
      guard let target = volumes.named(name), target.isHealthy,
        volumes.hasRoom(for: task.bytes, on: target)
      else { continue }
      try volumes.addCopy(of: task.file, on: target, &pacer)
    }
    for name in task.removing {
      guard let volume = volumes.named(name) else { continue }
      volumes.removeCopy(of: task.file, on: volume)
    }
  }

  /// Moves one file to make volumes more even.
  private func balance(_ pacer: inout ReadPacer) throws(StoreError) {
    let files = volumes.copies.filter { !(volumes.map[$0.name]?.isBeingWritten ?? true) }
    // What is being written comes and goes, and is no reason to move anything.
    let placeable = volumes.placeable.map { volume in
      var volume = volume
      volume.reservedBytes = 0
      return volume
    }
    let move = Balancer.nextMove(
      files: files, volumes: placeable, policy: volumes.record.policy,
      tolerance: volumes.configuration.balanceTolerance)
    guard let move, let from = volumes.named(move.from), let to = volumes.named(move.to),
      volumes.hasRoom(for: move.bytes, on: to)
    else { return }
    try volumes.addCopy(of: move.file, on: to, &pacer)
    guard volumes.map[move.file]?.copies.contains(to.place) ?? false else { return }
    volumes.removeCopy(of: move.file, on: from)
    volumes.figures.copiesMoved.add(1)
    volumes.wakeRepairs()
  }

  // MARK: Doubts

  /// Looks at each copy of the files of which one is said to be damaged.
  private func settleDoubts(_ pacer: inout ReadPacer) throws(StoreError) {
    for (name, entry) in volumes.map.all where entry.isDoubted && !entry.isBeingWritten {
      volumes.map.update(name) { $0.isDoubted = false }
      let end = volumes.recordsEnd(of: name)
      for place in entry.copies.sorted() where volumes[place].isHealthy {
        if try !isSound(name, on: volumes[place], through: end, &pacer) {
          volumes.noteDamage(of: name, on: place)
        }
      }
    }
  }

  /// Whether a copy can be read and is what it should be.
  private func isSound(
    _ name: String, on volume: MountedVolume, through end: UInt64, _ pacer: inout ReadPacer
  ) throws(StoreError) -> Bool {
    do throws(StoreError) {
      return try volumes.isSound(name, at: volume.path(of: name), through: end, &pacer)
    } catch {
      if error.code == .closed { throw error }
      return false
    }
  }
}

/// What decides about what a file lacks.
private struct Lacking: Hashable {
  /// The volumes that have it.
  let having: Set<String>
  /// Those that have a damaged copy.
  let damaged: Set<String>
  /// How long it is at the most, by powers of two.
  let bytesMax: UInt64

  init(_ file: FileCopies) {
    having = Set(file.copies.filter(\.isGood).map(\.volume))
    damaged = Set(file.copies.filter { !$0.isGood }.map(\.volume))
    bytesMax = 1 << UInt64(UInt64.bitWidth - max(1, file.bytes).leadingZeroBitCount)
  }
}

extension Placement {
  fileprivate func lack(_ file: Lacking) -> [String] {
    let decision = place(bytes: file.bytesMax, keeping: file.having)
    if !decision.isFulfilled { return decision.missing }
    return file.having.isSuperset(of: decision.chosen) ? [] : ["copies that are being made"]
  }
}

extension Duration {
  /// As many nanoseconds as fit.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    return UInt64(max(0, seconds)) &* 1_000_000_000 &+ UInt64(max(0, attoseconds)) / 1_000_000_000
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// Reads a part of a file from the quickest of its copies, and from the next as well if that takes long.
///
/// The first answer counts. "The Tail at Scale" (Dean and Barroso, 2013) has the idea and the name; HDFS calls it so too.
package struct HedgedRead: Sendable {
  /// A copy, and the volume that it is on.
  package struct Copy: Sendable {
    package let volume: MountedVolume
    /// Gives the file, opened if it is not: a volume that stalls may take long for that too.
    package let file: @Sendable () throws(StoreError) -> any File
  }

  /// After how many average reads the next copy is asked as well, and after how long at the least and at the most.
  package static let averagesBeforeHedge = 8.0
  package static let hedgeDelayMin = 1_000_000.0
  package static let hedgeDelayMax = 20_000_000.0

  private let clock: any TimeSource
  private let timeout: Duration
  private let figures: ReplicationFigures

  package init(clock: any TimeSource, timeout: Duration, figures: ReplicationFigures) {
    self.clock = clock
    self.timeout = timeout
    self.figures = figures
  }

  private struct Answers: Sendable {
    var bytes: [UInt8]?
    var failures: [(volume: MountedVolume, error: StoreError)] = []
    var asked = 0
    var isSettled: Bool { bytes != nil || failures.count == asked }
  }

  /// Reads.
  ///
  /// - Parameters:
  ///   - buffer: What is to be filled; fewer bytes at the end of the file.
  ///   - offset: From where.
  ///   - copies: The copies that are whole; one at the least.
  ///   - onFailure: Called for each copy that could not be read.
  /// - Returns: How many bytes.
  /// - Throws: The error of the last copy, if none could be read.
  package func run(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, of copies: [Copy],
    onFailure: (MountedVolume, StoreError) -> Void
  ) throws(StoreError) -> Int {
    let begin = clock.monotonicNanoseconds()
    let ordered = copies.sorted { first, second in
      let (one, other) = (
        first.volume.expectedReadNanoseconds(at: begin),
        second.volume.expectedReadNanoseconds(at: begin)
      )
      return one == other ? first.volume.place < second.volume.place : one < other
    }
    let answers = Monitor(Answers())
    for (number, copy) in ordered.enumerated() {
      if number > 0 { figures.hedgedReads.add(1) }
      ask(copy, buffer.count, at: offset, answers)
      let isLast = number == ordered.count - 1
      let delay = isLast ? timeout : hedgeDelay(copy.volume)
      answers.wait(timeout: delay) { $0.isSettled ? () : nil }
      if answers.withLock({ $0.bytes != nil }) { break }
    }
    let settled = answers.withLock { $0 }
    for failure in settled.failures { onFailure(failure.volume, failure.error) }
    if let bytes = settled.bytes {
      unsafe bytes.withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
      return bytes.count
    }
    throw settled.failures.last?.error
      ?? StoreError(.io, "no volume has answered a read within \(timeout)")
  }

  private func hedgeDelay(_ volume: MountedVolume) -> Duration {
    let wanted = Self.averagesBeforeHedge * volume.readNanoseconds
    return .nanoseconds(Int64(min(max(wanted, Self.hedgeDelayMin), Self.hedgeDelayMax)))
  }

  private func ask(_ copy: Copy, _ count: Int, at offset: UInt64, _ answers: Monitor<Answers>) {
    answers.withLock { $0.asked += 1 }
    let isAsked = copy.volume.submitRead { [clock] in
      let begin = clock.monotonicNanoseconds()
      let answer = Result { () throws(StoreError) in
        try copy.file().readUpTo(count, at: offset)
      }
      let end = clock.monotonicNanoseconds()
      copy.volume.noteRead(nanoseconds: end &- begin, at: end)
      answers.withLock { state in
        switch answer {
        case .success(let bytes): state.bytes = state.bytes ?? bytes
        case .failure(let error): state.failures.append((copy.volume, error))
        }
      }
      answers.notifyAll()
    }
    guard !isAsked else { return }
    let error = StoreError(.io, "the volume '\(copy.volume.name)' is out of use")
    answers.withLock { $0.failures.append((copy.volume, error)) }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import YCSB

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A bare log with group commit, over a file that has been written once and is written round and round.
final class LimitLog: Sendable {
  private static let fileBytes = 64 << 20

  private struct State {
    var durability: EngineOptions.Durability
    var pending: [UInt8] = []
    var spare: [UInt8] = []
    var waiting: [UnsafeContinuation<Void, any Error>] = []
    var offset = 0
    var writtenBytes: UInt64 = 0
    var isWriting = false
    var isClosing = false
  }

  private struct Batch {
    var bytes: [UInt8]
    var waiting: [UnsafeContinuation<Void, any Error>]
    var offset: Int
  }

  private let descriptor: Int32
  private let state: Mutex<State>
  private let thread = ClientThread()

  init(path: String, durability: EngineOptions.Durability) throws {
    state = Mutex(State(durability: durability))
    let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
    guard descriptor >= 0 else { throw LimitError(errno) }
    self.descriptor = descriptor
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    for place in 0..<(Self.fileBytes >> 20) {
      guard pwrite(descriptor, zeros, zeros.count, off_t(place << 20)) == zeros.count else {
        throw LimitError(errno)
      }
    }
    guard fsync(descriptor) == 0 else { throw LimitError(errno) }
  }

  var writtenBytes: UInt64 { state.withLock { $0.writtenBytes } }

  /// Commits from now on are as durable as this.
  func use(_ durability: EngineOptions.Durability) {
    state.withLock { $0.durability = durability }
  }

  /// Returns when the bytes are as durable as asked for.
  func commit(_ bytes: [UInt8]) async throws {
    switch state.withLock({ $0.durability }) {
    case .memory: state.withLock { $0.writtenBytes += UInt64(bytes.count) }
    case .os:
      let leads = state.withLock { state in
        state.pending.append(contentsOf: bytes)
        if state.isWriting { return false }
        state.isWriting = true
        return true
      }
      if leads { return try writeAll(syncs: false) }
      try await join()
    case .disk:
      try await withUnsafeThrowingContinuation { continuation in
        let leads = state.withLock { state in
          state.pending.append(contentsOf: bytes)
          state.waiting.append(continuation)
          defer { state.isWriting = true }
          return !state.isWriting
        }
        // The thread goes on as long as it finds something to write.
        if leads { thread.run { try? self.writeAll(syncs: true) } }
      }
    }
  }

  /// Waits for the one who writes; what was added while it was writing is written by it too.
  private func join() async throws {
    try await withUnsafeThrowingContinuation {
      (continuation: UnsafeContinuation<Void, any Error>) in
      let isDone = state.withLock { state in
        guard state.isWriting else { return true }
        state.waiting.append(continuation)
        return false
      }
      if isDone { continuation.resume() }
    }
  }

  private func writeAll(syncs: Bool) throws {
    while true {
      let batch = state.withLock { state -> Batch? in
        if state.pending.isEmpty, state.waiting.isEmpty {
          state.isWriting = false
          return nil
        }
        let bytes = state.pending
        let waiting = state.waiting
        state.pending = state.spare
        state.spare = []
        state.waiting = []
        if state.offset + bytes.count > Self.fileBytes { state.offset = 0 }
        defer { state.offset += bytes.count }
        state.writtenBytes += UInt64(bytes.count)
        return Batch(bytes: bytes, waiting: waiting, offset: state.offset)
      }
      guard var batch else { return }
      var failure: LimitError?
      let count = batch.bytes.count
      if count > 0, pwrite(descriptor, batch.bytes, count, off_t(batch.offset)) != count {
        failure = LimitError(errno)
      }
      if failure == nil, syncs, fdatasync(descriptor) != 0 { failure = LimitError(errno) }
      for continuation in batch.waiting {
        if let failure { continuation.resume(throwing: failure) } else { continuation.resume() }
      }
      batch.bytes.removeAll(keepingCapacity: true)
      let spare = batch.bytes
      state.withLock { $0.spare = spare }
      if let failure { throw failure }
    }
  }

  func shutDown() {
    thread.stop()
    close(descriptor)
  }
}

struct LimitError: Error, CustomStringConvertible {
  let description: String

  init(_ code: Int32) {
    description = "limit: " + String(cString: strerror(code))
  }
}

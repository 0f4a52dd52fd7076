// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What every call goes through.
extension SimulatedStore {
  /// What a call does.
  enum CallKind {
    /// Reads the present, or asks for a schema.
    case read
    /// Reads a snapshot: when it does so does not matter.
    case snapshotRead
    /// Changes rows, or waits until what it depends on is visible.
    case commit
    /// Changes a table.
    case administration
  }

  func requireAlive() throws(StoreError) {
    if process?.isCrashed == true { throw StoreError(.closed, "the process has crashed") }
  }

  /// Waits to be chosen.
  func pass() async throws(StoreError) {
    guard let process else { return }
    await server.simulation.pass(process.number)
    try requireAlive()
  }

  /// Begins a call; returns the fault that is still to happen to it.
  func begin(_ kind: CallKind, changing: Bool = false) async throws(StoreError) -> StoreFault? {
    guard let process else { return nil }
    if process.isCrashed {
      // A body that does not end would keep everybody waiting.
      if !process.noteCallAfterCrash() {
        unsafe await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
      }
      try requireAlive()
    }
    let simulation = server.simulation
    // To enumerate when a snapshot is read would multiply schedules that do not differ.
    if simulation.isEnumerated, kind == .snapshotRead { return nil }
    try await pass()
    let fault = simulation.fault(changing: changing)
    switch fault {
    case .crashBefore:
      process.crash()
      try requireAlive()
    case .unavailable:
      throw StoreError(.unavailable, "a planted fault: the store is too busy")
    case .stall:
      await simulation.sleep(process, for: simulation.stallDuration())
      try requireAlive()
    case .restart: server.restart()
    case .clockJump: process.moveClock(byMicroseconds: simulation.clockJumpMicroseconds())
    case .crashAfter, .lostCall, .lostAnswer, .duplicate, .lateDuplicate, .lateCall: return fault
    case nil: break
    }
    return nil
  }

  /// Ends a call that has been executed.
  func end(_ fault: StoreFault?, _ kind: CallKind) async throws(StoreError) {
    guard let process else { return }
    if fault == .crashAfter {
      process.crash()
      try requireAlive()
    }
    // When a read is answered matters to nobody but the clock.
    if server.simulation.isEnumerated, kind == .read || kind == .snapshotRead { return }
    try await pass()
  }

  /// Has the store execute something that takes one step.
  func call<R: Sendable>(
    _ kind: CallKind, _ body: (inout StoreModel, _ time: Int64) throws(StoreError) -> R
  ) async throws(StoreError) -> R {
    let fault = try await begin(kind)
    let result = server.execute(body)
    try await end(fault, kind)
    return try result.get()
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting
internal import WideColumn

// Which errors a run of this kind accounts for.
extension RunRequest {
  /// The errors that clients may meet with these faults, by the names of their codes.
  ///
  /// The engine hides what its faults do: a commit that goes unanswered is resolved, one that was refused is tried again. The simulated
  /// store refuses calls, those of snapshots too, which nobody tries again; and when it dies, what snapshots have seen may be lost. A
  /// store of another process is away when that dies or a connection breaks.
  package var expectedErrors: Set<String> {
    var errors: Set<StoreError.Code> = []
    // A connection that breaks takes reads with it.
    if processes != nil, !faults.isDisjoint(with: [.crash, .lostAck]) {
      errors.insert(.unavailable)
    }
    guard store == .simulated else { return Set(errors.map(\.description)) }
    if faults.contains(.stall) { errors.insert(.unavailable) }
    if faults.contains(.crash) { errors.insert(.snapshotTooOld) }
    return Set(errors.map(\.description))
  }

  /// Whether an error says that the disk is full or broken, which is nobody's violation; a disk in memory is neither.
  package func isOfEnvironment(_ error: String) -> Bool {
    guard case .directory = store, let cause = error.split(separator: " ").last else {
      return false
    }
    return [StoreError.Code.io, .noSpace].contains { $0.description == cause }
  }
}

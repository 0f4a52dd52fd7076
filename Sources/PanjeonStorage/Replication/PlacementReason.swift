// SPDX-License-Identifier: Apache-2.0

/// Why a volume was, or was not, chosen for a file.
public enum PlacementReason: Hashable, Sendable {
  /// A copy is to be put there.
  case chosen
  /// It has a copy, which stays.
  case kept
  /// No more volumes of its class are asked for.
  case wrongClass
  /// Another volume of its rack has been chosen, and the policy wants different ones.
  case rackTaken(by: String)
  /// Another volume of its zone has been chosen, and the policy wants different ones.
  case zoneTaken(by: String)
  /// Its file system has not enough room.
  case noRoom(freeBytes: UInt64, neededBytes: UInt64)
  /// The store would put more there than it may.
  case overCapacity(takenBytes: UInt64, capacityBytes: UInt64)
  /// It is to be emptied.
  case draining
  /// It has failed; why.
  case failed(String)
  /// It has missed changes, and has not been caught up.
  case stale
  /// It is not there.
  case missing
  /// It would not be emptier than another that serves as well.
  case fuller(than: String)
  /// It has no copy, and those on others fulfil the policy as far as it can be.
  case notNeeded
  /// It has a copy that the policy does not need.
  case surplus
}

extension PlacementReason: CustomStringConvertible {
  /// The reason, in one line.
  public var description: String {
    switch self {
    case .chosen: "chosen"
    case .kept: "chosen: it has a copy"
    case .wrongClass: "wrong class: no more of its class are asked for"
    case .rackTaken(let other): "rack taken by '\(other)'"
    case .zoneTaken(let other): "zone taken by '\(other)'"
    case .noRoom(let free, let needed):
      "no room: \(Metrics.bytes(free)) are free, \(Metrics.bytes(needed)) are needed"
    case .overCapacity(let taken, let capacity):
      "over capacity: \(Metrics.bytes(taken)) of \(Metrics.bytes(capacity)) are taken"
    case .draining: "draining: it is to be emptied"
    case .failed(let why): "failed: \(why)"
    case .stale: "stale: it has not been caught up"
    case .missing: "missing: it is not there"
    case .fuller(let other): "not emptier than '\(other)'"
    case .notNeeded: "not needed"
    case .surplus: "surplus: the other copies are enough"
    }
  }
}

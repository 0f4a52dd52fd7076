// SPDX-License-Identifier: Apache-2.0

/// What a volume is good for at present.
package enum VolumeCondition: Hashable, Sendable {
  /// It is read and written.
  case healthy
  /// It is to be emptied: it is read, and what is on it is to be put elsewhere.
  case draining
  /// A call has failed, or took too long; why.
  case failed(String)
  /// It was not there in an earlier epoch, and has not been caught up.
  case stale
  /// It is not there.
  case missing

  /// Whether a whole copy on it counts for the policy.
  package var counts: Bool { self == .healthy }

  /// Whether files on it may be read and removed; what is on it is what it should be.
  package var isReadable: Bool { counts || self == .draining }
}

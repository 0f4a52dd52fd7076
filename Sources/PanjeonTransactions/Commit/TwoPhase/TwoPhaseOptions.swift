// SPDX-License-Identifier: Apache-2.0

/// How a ``TwoPhaseStore`` commits.
public struct TwoPhaseOptions: Hashable, Sendable {
  /// How locks are dealt with.
  public var locks: LockOptions

  /// How many committed transactions may wait to be made stable in the background; by default 1,024; 0 for none.
  ///
  /// Of more than that the locks stay, and are ended by whoever meets them, without waiting.
  public var stabilizationsMax: Int

  /// How many of them are made stable at once; by default 4, at least 1.
  public var stabilizersMax: Int {
    didSet { stabilizersMax = max(1, stabilizersMax) }
  }

  /// How many rows a scan reads before it looks whether everything read is as it was; by default 64, and twice as many each time after, up to
  /// 64 times as many: so looking costs no more than reading.
  ///
  /// At least 1.
  public var rowsPerPage: Int {
    didSet { rowsPerPage = max(1, rowsPerPage) }
  }

  /// Creates options.
  public init(
    locks: LockOptions = LockOptions(), stabilizationsMax: Int = 1024, stabilizersMax: Int = 4,
    rowsPerPage: Int = 64
  ) {
    self.locks = locks
    self.stabilizationsMax = stabilizationsMax
    self.stabilizersMax = max(1, stabilizersMax)
    self.rowsPerPage = max(1, rowsPerPage)
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A register, with all that was read of it and written to it.
struct RegisterKey {
  /// A read of what another transaction wrote.
  struct Read {
    var transaction: Int32
    /// `none` for nothing there.
    var value: Int32
    var isUsable = true
  }

  /// A transaction that uses the register: the version it begins with and the one it ends with.
  struct Use {
    var transaction: Int32
    var first: Int32
    var last: Int32
  }

  let name: Int32
  var reads: [Read] = []
  var uses: [Use] = []
  var writes: [(write: History.Write, value: Int32)] = []
  /// Versions that follow from a read and a write of one transaction.
  var successions: [(from: Int32, to: Int32, transaction: Int32)] = []
  /// The values that stayed, and who wrote them.
  var versions: [TargetTree.Target] = []
  /// Whether the order is not to be relied on.
  var isConflicting = false
}

// SPDX-License-Identifier: Apache-2.0

/// A list, with all that was read of it and appended to it.
struct ListKey {
  /// A read, less what its own transaction had appended before.
  struct Read {
    var transaction: Int32
    var start: Int
    var count: Int
    /// Whether it makes sense by itself.
    var isUsable = true
    /// Whether the longest read begins with it.
    var isPrefix = true
  }

  /// An element of the longest read.
  struct Entry {
    var value: Int32
    /// The transaction that appended it; `none` for garbage.
    var writer: Int32
    var isFinal: Bool
    /// Whether its append happened.
    var isCommitted = false
  }

  let name: Int32
  var reads: [Read] = []
  var appends: [(write: History.Write, value: Int32)] = []
  /// The longest read, which is the order of the versions.
  var entries: [Entry] = []
  /// Whether the order is not to be relied on.
  var isConflicting = false
  /// Appends that happened and nobody read, in the order that is assumed for them.
  var unread: [TargetTree.Target] = []
}

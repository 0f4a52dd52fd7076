// SPDX-License-Identifier: Apache-2.0

/// What is to be done about the copies of one file.
///
/// Either copies are made or copies are removed, never both: what is superfluous is found out once the others are there.
package struct RepairTask: Hashable, Sendable {
  package let file: String
  package let bytes: UInt64
  package let priority: RepairPriority

  /// The volumes that get a copy, in the order of their names; a bad copy that is there is replaced.
  package let adding: [String]

  /// The volumes whose copy goes, in the order of their names.
  package let removing: [String]

  /// The volumes that have a good copy to be read, in the order of their names; never empty.
  package let sources: [String]

  package init(
    file: String, bytes: UInt64, priority: RepairPriority, adding: [String] = [],
    removing: [String] = [], sources: [String] = []
  ) {
    self.file = file
    self.bytes = bytes
    self.priority = priority
    self.adding = adding
    self.removing = removing
    self.sources = sources
  }
}

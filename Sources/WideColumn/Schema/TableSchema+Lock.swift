// SPDX-License-Identifier: Apache-2.0

extension TableSchema {
  /// Whether transactions can use the table: whether it has the family `!lock!`.
  package var isTransactional: Bool { family(named: ColumnFamily.lockFamilyName) != nil }

  /// The table with the family `!lock!`, in its first locality group, right before the data.
  package var withLockFamily: TableSchema {
    if isTransactional { return self }
    var lock = ColumnFamily.lock
    lock.localityGroup = localityGroups.first?.name ?? LocalityGroup.default.name
    var schema = self
    schema.set(families + [lock])
    return schema
  }
}

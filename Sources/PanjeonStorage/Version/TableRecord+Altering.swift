// SPDX-License-Identifier: Apache-2.0

package import WideColumn

extension TableRecord {
  /// The record of the table with another schema, its families numbered as before.
  ///
  /// - Parameter schema: The schema, which is valid and has the table's name.
  /// - Returns: The record.
  /// - Throws: `invalidArgument` when a family would move to another locality group, or the locks would be dropped;
  ///   `limitExceeded` when the table has had too many families.
  package func altered(to schema: TableSchema) throws(StoreError) -> TableRecord {
    func refuse(_ what: String) -> StoreError {
      StoreError(.invalidArgument, "table '\(self.schema.name)': \(what)")
    }
    var record = self
    record.schema = schema
    record.familyNumbers = [:]
    let lock = ColumnFamily.lockFamilyName
    if familyNumbers[lock] != nil, schema.family(named: lock) == nil {
      throw refuse("the family '\(lock)' holds the locks of transactions and cannot be dropped")
    }
    for family in schema.families {
      if let known = self.schema.family(named: family.name) {
        guard known.localityGroup == family.localityGroup else {
          throw refuse(
            "family '\(family.name)' belongs to locality group '\(known.localityGroup)' and "
              + "cannot move to '\(family.localityGroup)': add another and copy its cells")
        }
        record.familyNumbers[family.name] = familyNumbers[family.name]
      } else if family.name == lock {
        record.familyNumbers[lock] = 0
      } else {
        guard record.greatestFamilyNumber < .max else {
          throw StoreError(
            .limitExceeded,
            "table '\(self.schema.name)' has had 255 families, those that were dropped among them; "
              + "make another table")
        }
        record.greatestFamilyNumber += 1
        record.familyNumbers[family.name] = record.greatestFamilyNumber
      }
      if record.groupNumbers[family.localityGroup] == nil {
        record.groupNumbers[family.localityGroup] = UInt32(record.groupNumbers.count)
      }
    }
    return record
  }
}

// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The families of a table by their number, as reads and compactions need them.
package struct FamilyLayout: Sendable {
  private static let made = AtomicNumber(1)

  /// Which layout it is: no other that the process makes has the number.
  package let number = Self.made.next()

  package struct Family: Sendable {
    package var name: String
    package var retention: VersionRetention
    package var group: Int
  }

  /// By family number; nil where no family has the number.
  package let families: [Family?]

  /// The numbers of the families, in the order of their names.
  package let numbersByName: [UInt8]

  /// The names, in order.
  package let names: [String]

  package init(record: TableRecord) {
    var families = [Family?](repeating: nil, count: 256)
    var ordered: [(name: String, number: UInt8)] = []
    for family in record.schema.families {
      guard let number = record.familyNumbers[family.name] else { continue }
      let group = Int(record.groupNumbers[family.localityGroup] ?? 0)
      families[Int(number)] = Family(
        name: family.name,
        retention: VersionRetention(
          versionsMax: family.versionsMax, versionsMin: family.versionsMin,
          timeToLive: family.timeToLive?.microsecondsToLive),
        group: group)
      ordered.append((family.name, number))
    }
    ordered.sort { $0.name < $1.name }
    self.families = families
    numbersByName = ordered.map(\.number)
    names = ordered.map(\.name)
  }

  /// How long all that a locality group holds is kept at the most, in microseconds; nil: some of it for ever.
  package func timeToLive(ofGroup group: Int) -> Int64? {
    var longest: Int64?
    for family in families.compactMap({ $0 }) where family.group == group {
      guard let timeToLive = family.retention.timeToLive, family.retention.versionsMin == 0 else {
        // The locks of a transactional table are few beside its data.
        if family.name == ColumnFamily.lockFamilyName { continue }
        return nil
      }
      longest = max(longest ?? 0, timeToLive)
    }
    return longest
  }

  /// The number of a family.
  ///
  /// - Parameter name: Its name.
  /// - Returns: Its number in the keys of cells.
  /// - Throws: `noSuchFamily`, naming those that there are.
  @discardableResult
  package func requireFamily(_ name: String) throws(StoreError) -> UInt8 {
    if let place = names.firstIndex(of: name) { return numbersByName[place] }
    throw StoreError(
      .noSuchFamily,
      "the table has no column family '\(name)'; it has: \(names.joined(separator: ", "))")
  }

  /// Which versions a family keeps; nil when no family has the number (any more).
  package func retention(_ family: UInt8) -> VersionRetention? {
    families[Int(family)]?.retention
  }
}

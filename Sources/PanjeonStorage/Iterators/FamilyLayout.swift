// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The families of a table by their number, as reads and compactions need them.
package struct FamilyLayout: Sendable {
  package struct Family: Sendable {
    package var name: String
    package var versionsMax: Int
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
        name: family.name, versionsMax: family.versionsMax, group: group)
      ordered.append((family.name, number))
    }
    ordered.sort { $0.name < $1.name }
    self.families = families
    numbersByName = ordered.map(\.number)
    names = ordered.map(\.name)
  }

  /// How many versions a family keeps; one for a number that no family has.
  package func versionsMax(_ family: UInt8) -> Int {
    families[Int(family)]?.versionsMax ?? 1
  }
}

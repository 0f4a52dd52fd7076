// SPDX-License-Identifier: Apache-2.0

/// Where the entries of an index are, and so what one look at it can find.
public enum IndexScope: Hashable, Sendable {
  /// Beside the objects: finds among the children of one parent.
  case collection
  /// In the root's row: finds among all objects of the type below one root, whatever their parents.
  case root
  /// In a table: finds among all there are.
  ///
  /// A transaction that changes what is indexed then writes a second row.
  case table(String)
}

/// A secondary index: finds records by a value of theirs, in its order.
///
/// Declared beside the record. Its entries are ordinary data, written in the transaction that writes the record (<doc:TypedRecords>).
public struct Index<R: Record, Value: KeyComponentConvertible>: Sendable {
  /// What the datastore has to know of it.
  public let definition: IndexDefinition<R>

  /// Declares an index over a value that every record has.
  ///
  /// - Parameters:
  ///   - number: Its number, which no type or other index has, 2 to 32,511; part of the format.
  ///   - name: Its name, which no other has.
  ///   - value: What it is ordered by.
  ///   - scope: Where its entries are; beside the objects by default.
  ///   - isUnique: Whether two records of the scope may not have the same value; false by default.
  ///   - isClustered: Whether each entry has a copy of the record, so that a query reads nothing else; false by default.
  ///   - version: To be raised when `value` finds another value than before, so that the index is built anew; 1 by default. That another scope is
  ///     given, or it becomes unique or clustered, is noticed without.
  public init(
    _ number: Int, _ name: String, on value: @escaping @Sendable (R) -> Value,
    scope: IndexScope = .collection, isUnique: Bool = false, isClustered: Bool = false,
    version: Int = 1
  ) {
    self.init(
      number, name, onEach: { CollectionOfOne(value($0)) }, scope: scope, isUnique: isUnique,
      isClustered: isClustered, version: version)
  }

  /// Declares an index over a value that some records have; the others are not in it.
  ///
  /// Parameters as those of an index over a value that all have.
  public init(
    _ number: Int, _ name: String, on value: @escaping @Sendable (R) -> Value?,
    scope: IndexScope = .collection, isUnique: Bool = false, isClustered: Bool = false,
    version: Int = 1
  ) {
    self.init(
      number, name, onEach: { value($0).map { [$0] } ?? [] }, scope: scope, isUnique: isUnique,
      isClustered: isClustered, version: version)
  }

  /// Declares an index over several values of a record, under each of which it is found.
  ///
  /// Parameters as those of an index over a value that all have.
  public init<Values: Sequence & SendableMetatype>(
    _ number: Int, _ name: String, onEach values: @escaping @Sendable (R) -> Values,
    scope: IndexScope = .collection, isUnique: Bool = false, isClustered: Bool = false,
    version: Int = 1
  ) where Values.Element == Value {
    definition = IndexDefinition(
      type: AnyObjectType(number, name, table: scope.table), scope: scope, isUnique: isUnique,
      isClustered: isClustered, version: version
    ) { record in values(record).map(\.keyComponent) }
  }
}

/// An index, whatever its values.
public struct IndexDefinition<R: Record>: Sendable {
  /// Number and name, and the table if it has one of its own.
  public let type: AnyObjectType
  /// Where its entries are.
  public let scope: IndexScope
  /// Whether two records may not have the same value.
  public let isUnique: Bool
  /// Whether entries have copies of the records.
  public let isClustered: Bool
  /// The version of what it is ordered by.
  public let version: Int

  let values: @Sendable (R) -> [KeyComponent]

  init(
    type: AnyObjectType, scope: IndexScope, isUnique: Bool, isClustered: Bool, version: Int,
    values: @escaping @Sendable (R) -> [KeyComponent]
  ) {
    self.type = type
    self.scope = scope
    self.isUnique = isUnique
    self.isClustered = isClustered
    self.version = version
    self.values = values
  }
}

extension IndexScope {
  var table: String? {
    if case .table(let name) = self { name } else { nil }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension DatastoreSchema {
  /// A key as people read it: the table and the root's id, and then each step, the name of its type and its id.
  ///
  /// ```
  /// couple/"m"/photo:1/comment:2
  /// ```
  ///
  /// As the key's own description, which has numbers for the types; so has this one for types that the schema does not know.
  public func description(of key: AnyKey) -> String {
    key.description { number in names[number] ?? "\(number)" }
  }

  /// A key as people read it.
  ///
  /// As ``description(of:)``.
  public func description<R: Record>(of key: Key<R>) -> String { description(of: key.any) }

  private var names: [Int: String] {
    Dictionary(declarations.map { ($0.type.number, $0.type.name) }) { first, _ in first }
  }
}

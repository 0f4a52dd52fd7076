// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A child as it is stored, for those who check it byte for byte, or go on where one cannot be decoded.
package struct StoredChild<R: Record>: Hashable, Sendable {
  /// Where it is.
  package let place: AnyKey
  /// Its bytes.
  package let stored: Bytes

  /// Joins both.
  package init(place: AnyKey, stored: Bytes) {
    self.place = place
    self.stored = stored
  }

  /// Its key; nil when the place is none of a record of this type.
  package var key: Key<R>? { Key<R>(place) }

  /// Decodes it.
  ///
  /// Throws `malformed`.
  package func entry() throws(DatastoreError) -> Entry<R> {
    guard let key else {
      throw DatastoreError(.malformed, "the qualifier is no member's", key: place)
    }
    return Entry(key: key, record: try Stored.decode(R.self, from: stored, at: place))
  }
}

extension DatastoreReader where Self: ~Copyable {
  /// Reads a page of the children of a type under a parent as they are stored, in the order of their ids.
  ///
  /// As `children(_:of:in:order:limit:after:)`, but that nothing is decoded, so that `malformed` is not thrown.
  package mutating func storedChildren<R: Record, Parent>(
    _ type: ObjectType<R>, of parent: Key<Parent>, limit: Int, after cursor: PageCursor? = nil
  ) async throws -> (children: [StoredChild<R>], next: PageCursor?) {
    let limit = try Page<R>.clamped(limit)
    let collection = CollectionKey(parent: parent.any, typeNumber: type.number)
    let range = KeyBounds.all.range(behind: collection.memberPrefix)
    let cells = try await cells(
      in: range.going(on: cursor, .ascending), of: collection, order: .ascending, limit: limit)
    let children = cells.found.map {
      StoredChild<R>(place: collection.key($0.qualifier), stored: $0.value)
    }
    return (
      children, cells.goesOn ? children.last.map { PageCursor(bytes: $0.place.qualifier) } : nil
    )
  }

  /// The numbers of the schema's indexes, and those that the store has known as indexes besides.
  ///
  /// Throws errors of the reader.
  package mutating func knownIndexNumbers() async throws -> Set<Int> {
    guard let schema = datastoreState?.schema else { return [] }
    let catalog = try await CatalogUpdate(schema, in: &self)
    return schema.indexNumbers.union(catalog.entries.filter(\.value.isIndex).keys)
  }
}

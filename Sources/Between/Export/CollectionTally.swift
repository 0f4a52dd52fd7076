// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import WideColumn

/// Counts the members that a file has of each collection, one collection after another, against what its metadata say.
struct CollectionTally {
  private var typeNumber = 0
  private var ancestors: [KeyPathParts.Step] = []
  private var metadata: StoredMetadata?
  private var place: AnyKey?
  private var found: UInt64 = 0

  /// Takes a collection's metadata: its members follow.
  ///
  /// Throws `malformedExport` when the collection before has had other members than it should.
  mutating func begin(
    _ parts: KeyPathParts, _ metadata: StoredMetadata, at key: AnyKey
  ) throws(BetweenError) {
    try close()
    typeNumber = parts.steps[parts.steps.count - 1].typeNumber
    ancestors = parts.steps.dropLast()
    self.metadata = metadata
    place = key
    found = 0
  }

  /// Takes a member.
  ///
  /// Throws `malformedExport` when its collection's metadata did not come before, or have not issued its id.
  mutating func count(_ parts: KeyPathParts, at key: AnyKey) throws(BetweenError) {
    guard let step = parts.steps.last, let metadata, typeNumber == step.typeNumber,
      ancestors.elementsEqual(parts.steps.dropLast()), place?.table == key.table,
      place?.row == key.row
    else { throw ImportScope.refusal(key, "comes without its collection's metadata") }
    guard case .integer(let id)? = step.id,
      UInt64(exactly: id).map({ $0 < metadata.nextID }) == true
    else { throw ImportScope.refusal(key, "has an id that has not been issued") }
    found += 1
  }

  /// Ends the last collection.
  ///
  /// Throws `malformedExport` when it has had other members than it should.
  mutating func close() throws(BetweenError) {
    guard let metadata, let place else { return }
    guard found == metadata.count else {
      throw ImportScope.refusal(place, "counts \(metadata.count) members, and has \(found)")
    }
    self.metadata = nil
  }
}

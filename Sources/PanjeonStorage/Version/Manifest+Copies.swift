// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A MANIFEST of which there are several copies.
extension Manifest {
  /// As far as the copy goes that goes farthest, of those that are whole if any is.
  static func readPrefix(
    ofBest copies: [any File], _ number: UInt64
  ) throws(StoreError) -> (state: VersionState, damage: StoreError?) {
    var best: (state: VersionState, edits: Int, damage: StoreError?)?
    var failure: StoreError?
    for copy in copies {
      do throws(StoreError) {
        let found = try readPrefix(of: copy, number)
        guard let other = best else {
          best = found
          continue
        }
        let isWhole = found.damage == nil
        let wasWhole = other.damage == nil
        if isWhole == wasWhole ? found.edits > other.edits : isWhole { best = found }
      } catch {
        failure = failure ?? error
      }
    }
    if let best { return (best.state, best.damage) }
    throw failure ?? StoreError(.corruption, "the MANIFEST has no copy")
  }

  /// What is wrong with the copies of the MANIFEST in force, of a store that may not be open: each must be the beginning of one.
  ///
  /// Throws `io` when it cannot be opened.
  package static func damagedCopies(
    _ number: UInt64, in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> [StoreError] {
    let file = try fileSystem.open(FileNames.path(directory, .manifest(number)), .read)
    defer { file.close() }
    return damage(of: file) { (copy) throws(StoreError) in
      if let damage = try readPrefix(of: copy, number).damage { throw damage }
    }
  }

  static func damage(
    of file: any File, _ check: (any File) throws(StoreError) -> Void
  ) -> [StoreError] {
    var damage: [StoreError] = []
    for copy in file.copies {
      do throws(StoreError) {
        try check(copy)
      } catch {
        damage.append(error)
      }
    }
    if !damage.isEmpty { file.reportDamagedCopy() }
    return damage
  }
}

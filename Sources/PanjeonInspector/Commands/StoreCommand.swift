// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// What the verbs about regions have in common.
enum StoreCommand {
  /// The region of a table that is meant: by number, or by a row that it holds.
  static func region(
    in store: EmbeddedStore, table: String, id: UInt64?, row: Bytes?
  ) throws(StoreError) -> UInt64 {
    let handle = try store.catalog.table(table)
    guard let id else { return handle.region(of: row ?? Bytes()).id }
    guard handle.regions.contains(where: { $0.id == id }) else {
      let known = handle.regions.map { String($0.id) }.joined(separator: ", ")
      throw StoreError(
        .invalidArgument, "table '\(table)' has no region \(id); it has: \(known)")
    }
    return id
  }
}

// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonStorage
internal import PanjeonTransactions
public import WideColumn

/// Between over an embedded database.
public typealias EmbeddedBetween = BetweenService<EmbeddedStore>

extension Database {
  /// Opens Between in this database, creates the tables that are missing, and builds the indexes that are not ready: those that have come with a newer version of this module.
  ///
  /// - Parameters:
  ///   - passwords: Hashes passwords.
  ///   - blobs: Where the bytes of photos and voices are; nil: there are none.
  ///   - clock: Tells when things happen; by default the system's.
  ///   - random: Gives ids and codes; by default the system's.
  ///   - regions: Into how many regions a new table is cut; by default one.
  ///   - buildsIndexes: Whether to wait until indexes are built; else reads by them are refused (`DatastoreError` `indexNotReady`) until `Datastore.buildIndexes()` has built them, while others read and
  ///     write. False for a database that is open for reading.
  ///   - options: Periods and durability.
  /// - Returns: The service.
  /// - Throws: `invalidOptions`; as `openDatastore(_:migrations:regions:options:)`.
  public func openBetween(
    passwords: any PasswordHasher, blobs: (any BlobStore)? = nil,
    clock: any TimeSource = SystemTimeSource(), random: SharedGenerator = SharedGenerator(),
    regions: Int = 1, buildsIndexes: Bool = true, options: BetweenOptions = BetweenOptions()
  ) async throws -> EmbeddedBetween {
    let datastore = try await openDatastore(BetweenSchema.datastore, regions: regions)
    if buildsIndexes, try await !datastore.indexesNotReady().isEmpty {
      try await datastore.buildIndexes()
    }
    return try BetweenService(
      datastore: datastore, clock: clock, random: random, passwords: passwords, blobs: blobs,
      options: options)
  }
}

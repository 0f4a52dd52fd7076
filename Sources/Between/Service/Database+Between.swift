// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonStorage
internal import PanjeonTransactions
public import WideColumn

/// Between over an embedded database.
public typealias EmbeddedBetween = BetweenService<EmbeddedStore>

extension Database {
  /// Opens Between in this database, and creates the tables that are missing.
  ///
  /// - Parameters:
  ///   - passwords: Hashes passwords.
  ///   - blobs: Where the bytes of photos and voices are; nil: there are none.
  ///   - clock: Tells when things happen; by default the system's.
  ///   - random: Gives ids and codes; by default the system's.
  ///   - regions: Into how many regions a new table is cut; by default one.
  ///   - options: Periods and durability.
  /// - Returns: The service.
  /// - Throws: `invalidOptions`; as `openDatastore(_:migrations:regions:options:)`.
  public func openBetween(
    passwords: any PasswordHasher, blobs: (any BlobStore)? = nil,
    clock: any TimeSource = SystemTimeSource(), random: SharedGenerator = SharedGenerator(),
    regions: Int = 1, options: BetweenOptions = BetweenOptions()
  ) async throws -> EmbeddedBetween {
    try BetweenService(
      datastore: try await openDatastore(BetweenSchema.datastore, regions: regions), clock: clock,
      random: random, passwords: passwords, blobs: blobs, options: options)
  }
}

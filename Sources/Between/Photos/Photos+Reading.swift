// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
public import WideColumn

extension Photos {
  /// Reads a photo.
  ///
  /// One read of the couple's row, of the reader's moment. Throws `noSuchObject`; errors of the reader.
  public func photo(
    _ id: UInt64, of couple: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Photo {
    guard let photo = try await reader.get(Self.key(id, of: couple)) else {
      throw BetweenError(.noSuchObject, "there is no photo \(id)")
    }
    return photo
  }

  /// Reads an album.
  ///
  /// One read of the couple's row, of the reader's moment. Throws `noSuchObject`; errors of the reader.
  public func album(
    _ id: UInt64, of couple: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Album {
    guard let album = try await reader.get(Key(Key(.relationship, couple), .album, id)) else {
      throw BetweenError(.noSuchObject, "there is no album \(id)")
    }
    return album
  }

  /// Reads a page of a couple's photos, by when they were taken.
  ///
  /// A read of an index in the couple's row and one of the photos, of the reader's moment.
  ///
  /// - Parameters:
  ///   - couple: The couple.
  ///   - moments: Only those taken then; nil: all.
  ///   - order: The newest first by default.
  ///   - limit: How many at the most, 1 to 1,000.
  ///   - cursor: Where the page before ended; nil for the first.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The page.
  /// - Throws: `DatastoreError` `invalidCursor`; errors of the reader.
  public func photos(
    of couple: RandomID, takenIn moments: Range<Timestamp>? = nil,
    order: KeyOrder = .descending, limit: Int, after cursor: PageCursor? = nil,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Photo> {
    try await reader.find(
      Photo.byDate, of: Key(.relationship, couple), in: moments.map { .range($0) } ?? .all,
      order: order, limit: BetweenLimits.page(limit), after: cursor)
  }

  /// Reads a page of an album's photos, the first taken first.
  ///
  /// Parameters and errors as those of ``photos(of:takenIn:order:limit:after:in:)``. An album that is not there has none.
  public func photos(
    ofAlbum album: UInt64, of couple: RandomID, limit: Int, after cursor: PageCursor? = nil,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Photo> {
    try await reader.find(
      Photo.byAlbum, of: Key(.relationship, couple), in: .startingWith(album),
      limit: BetweenLimits.page(limit), after: cursor)
  }

  /// Reads a page of a couple's albums, the oldest first.
  ///
  /// Parameters and errors as those of ``photos(of:takenIn:order:limit:after:in:)``.
  public func albums(
    of couple: RandomID, limit: Int, after cursor: PageCursor? = nil,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Album> {
    try await reader.children(
      .album, of: Key(.relationship, couple), limit: BetweenLimits.page(limit), after: cursor)
  }
}

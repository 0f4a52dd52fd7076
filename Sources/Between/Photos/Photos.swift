// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
public import WideColumn

/// The photos and albums of couples.
///
/// Everything is in the couple's row, so that two changes of one couple's photos conflict, and the later one is run again. A couple may have any number of photos, of which any number may be in
/// an album.
public struct Photos<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// Adds a photo whose bytes have been uploaded (`BetweenService.upload`), and notifies the partner.
  ///
  /// Writes the couple's row and the partner's, and that of the bytes in `!blobs!`.
  ///
  /// - Parameters:
  ///   - blob: The bytes, those of a message as well.
  ///   - author: Who adds it.
  ///   - couple: The couple.
  ///   - takenAt: When it was taken; nil: now.
  ///   - caption: What is written beside it.
  ///   - album: The album it goes into.
  /// - Returns: The photo's key.
  /// - Throws: `tooLong`, `notPaired`; `noSuchObject` when there is no such album; `DatastoreError` `blobGone` when the bytes were not
  ///   uploaded, or too long ago; errors of the transaction.
  @discardableResult
  public func add(
    _ blob: Blob, by author: RandomID, in couple: RandomID, takenAt: Timestamp? = nil,
    caption: String = "", album: UInt64? = nil
  ) async throws -> Key<Photo> {
    try await service.write { transaction in
      try await add(
        blob, by: author, in: couple, takenAt: takenAt, caption: caption, album: album,
        in: &transaction)
    }
  }

  /// Adds a photo within a transaction; as ``add(_:by:in:takenAt:caption:album:)``.
  @discardableResult
  public func add(
    _ blob: Blob, by author: RandomID, in couple: RandomID, takenAt: Timestamp? = nil,
    caption: String = "", album: UInt64? = nil, in transaction: inout Transaction<Store>
  ) async throws -> Key<Photo> {
    try BetweenLimits.check(caption, bytesMax: BetweenLimits.captionBytesMax, "a caption")
    let partner = try await service.couples.partner(of: author, in: couple, reader: &transaction)
    try await count(1, in: album, of: couple, &transaction)
    let now = service.now
    let photo = Photo(
      author: author, takenAt: takenAt ?? now, createdAt: now, blob: blob, caption: caption,
      albumID: album)
    let key = try await transaction.insert(photo, .photo, under: Key(.relationship, couple))
    try await service.notifications.notify(
      partner, .photo, from: author, in: couple, about: NotificationSubject(key), &transaction)
    return key
  }

  /// Makes an album; a couple may have any number.
  ///
  /// Reads and writes the couple's row. Strictly serializable.
  ///
  /// Throws `tooLong`, `invalidText` for an empty title, `notPaired`; errors of the transaction.
  public func createAlbum(
    _ title: String, by author: RandomID, in couple: RandomID
  ) async throws -> Key<Album> {
    try await service.write { transaction in
      try await createAlbum(title, by: author, in: couple, in: &transaction)
    }
  }

  /// Makes an album within a transaction; as ``createAlbum(_:by:in:)``.
  public func createAlbum(
    _ title: String, by author: RandomID, in couple: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws -> Key<Album> {
    try BetweenLimits.checkTitle(title)
    _ = try await service.couples.partner(of: author, in: couple, reader: &transaction)
    return try await transaction.insert(
      Album(author: author, title: title, createdAt: service.now, photoCount: 0), .album,
      under: Key(.relationship, couple))
  }

  /// Gives an album another title; either of the two may.
  ///
  /// Reads and writes the couple's row. Strictly serializable.
  ///
  /// Throws `tooLong`, `invalidText` for an empty title, `noSuchObject`, `notPaired`; errors of the transaction.
  public func renameAlbum(
    _ album: UInt64, to title: String, by user: RandomID, in couple: RandomID
  ) async throws {
    try BetweenLimits.checkTitle(title)
    try await service.write { transaction in
      _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
      var record = try await self.album(album, of: couple, in: &transaction)
      record.title = title
      try await transaction.put(record, at: Key(Key(.relationship, couple), .album, album))
    }
  }

  /// Puts a photo into an album, or takes it out of the one it is in.
  ///
  /// Reads and writes the couple's row. Strictly serializable.
  ///
  /// Throws `noSuchObject`, `notPaired`; errors of the transaction.
  public func move(
    _ photo: UInt64, to album: UInt64?, by user: RandomID, in couple: RandomID
  ) async throws {
    try await service.write { transaction in
      _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
      let key = Self.key(photo, of: couple)
      var record = try await self.photo(photo, of: couple, in: &transaction)
      if record.albumID == album { return }
      try await count(-1, in: record.albumID, of: couple, &transaction)
      try await count(1, in: album, of: couple, &transaction)
      record.albumID = album
      try await transaction.put(record, at: key)
    }
  }

  /// Changes what is written beside a photo.
  ///
  /// Reads and writes the couple's row. Strictly serializable.
  ///
  /// Throws `tooLong`, `noSuchObject`, `notPaired`; errors of the transaction.
  public func setCaption(
    _ caption: String, of photo: UInt64, by user: RandomID, in couple: RandomID
  ) async throws {
    try BetweenLimits.check(caption, bytesMax: BetweenLimits.captionBytesMax, "a caption")
    try await service.write { transaction in
      _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
      var record = try await self.photo(photo, of: couple, in: &transaction)
      record.caption = caption
      try await transaction.put(record, at: Self.key(photo, of: couple))
    }
  }

  /// Deletes a photo with its comments; its bytes are collected when nothing else names them.
  ///
  /// Reads and writes the couple's row, and that of the bytes in `!blobs!`.
  ///
  /// - Parameters:
  ///   - photo: The photo.
  ///   - user: Either of the two.
  ///   - couple: The couple.
  /// - Throws: `noSuchObject`, `notPaired`; errors of the transaction.
  public func delete(_ photo: UInt64, by user: RandomID, in couple: RandomID) async throws {
    try await service.write { transaction in
      try await delete(photo, by: user, in: couple, in: &transaction)
    }
  }

  /// Deletes a photo within a transaction; as ``delete(_:by:in:)``.
  public func delete(
    _ photo: UInt64, by user: RandomID, in couple: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws {
    _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
    let record = try await self.photo(photo, of: couple, in: &transaction)
    try await count(-1, in: record.albumID, of: couple, &transaction)
    try await transaction.deleteSubtree(Self.key(photo, of: couple))
  }

  /// Deletes an album; its photos stay.
  ///
  /// They are taken out of it in pieces, a strictly serializable transaction of the couple's row each; the last deletes the album. Cut off, it has fewer photos: call it again.
  ///
  /// Throws `noSuchObject`, `notPaired`; errors of transactions.
  public func deleteAlbum(_ album: UInt64, by user: RandomID, in couple: RandomID) async throws {
    let key = Key(Key(.relationship, couple), .album, album)
    while true {
      let isDone = try await service.write { transaction in
        _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
        let page = try await photos(
          ofAlbum: album, of: couple, limit: service.options.objectsPerPiece, in: &transaction)
        for entry in page.entries {
          var photo = entry.record
          photo.albumID = nil
          try await transaction.put(photo, at: entry.key)
        }
        try await count(-page.entries.count, in: album, of: couple, &transaction)
        if page.next == nil { try await transaction.delete(key) }
        return page.next == nil
      }
      if isDone { return }
    }
  }

  /// Changes how many photos an album has.
  private func count(
    _ difference: Int, in album: UInt64?, of couple: RandomID,
    _ transaction: inout Transaction<Store>
  ) async throws {
    guard let album else { return }
    var record = try await self.album(album, of: couple, in: &transaction)
    let (count, overflows) = Int64(clamping: record.photoCount).addingReportingOverflow(
      Int64(difference))
    guard count >= 0, !overflows else {
      throw BetweenError(.inconsistent, "the album \(album) counts fewer photos than it has")
    }
    record.photoCount = UInt64(count)
    try await transaction.put(record, at: Key(Key(.relationship, couple), .album, album))
  }

  static func key(_ photo: UInt64, of couple: RandomID) -> Key<Photo> {
    Key(Key(.relationship, couple), .photo, photo)
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions

extension LifeRunner {
  /// Returns how many records were read.
  func read(
    _ action: LifeAction, by pair: LifePair, in reader: inout DatastoreSnapshot<Store>
  ) async throws -> Int {
    let (size, couple) = (Self.pageSize, pair.couple)
    switch action {
    case .openChat: return try await scrollBack(pages: 1, by: pair, in: &reader)
    case .scrollBack(let pages): return try await scrollBack(pages: pages, by: pair, in: &reader)
    case .countUnread:
      _ = try await service.messaging.conversation(of: pair.user, in: couple, in: &reader)
      return 1
    case .lookAtPhotos:
      return try await service.photos.photos(of: couple, limit: size, in: &reader).entries.count
    case .lookAtAlbum(let number):
      guard let album = try await album(number, of: couple, in: &reader) else { return 0 }
      return try await service.photos.photos(
        ofAlbum: album, of: couple, limit: size, in: &reader
      ).entries.count
    case .lookAtMonth(let year, let month):
      return try await service.calendar.month(month, of: year, of: couple, in: &reader).count
    case .readNotifications:
      return try await service.notifications.notifications(
        of: pair.user, limit: size, in: &reader
      ).count
    default:
      guard let memo = try await lastMemo(of: couple, in: &reader) else { return 0 }
      return try await service.comments.comments(on: memo, limit: size, in: &reader).entries.count
    }
  }

  private func scrollBack(
    pages: Int, by pair: LifePair, in reader: inout DatastoreSnapshot<Store>
  ) async throws -> Int {
    var (count, cursor) = (0, PageCursor?.none)
    for _ in 0..<pages {
      let page = try await service.messaging.page(
        of: pair.user, in: pair.couple, limit: Self.pageSize, after: cursor, in: &reader)
      count += page.entries.count
      cursor = page.next
      if cursor == nil { break }
    }
    return count
  }

  /// The memo written last; nil when there is none.
  func lastMemo(
    of couple: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Key<Memo>? {
    try await service.memos.memos(
      of: couple, order: .descending, limit: 1, in: &reader
    ).entries.first?.key
  }

  /// The newest photo; nil when there is none.
  func newestPhoto(of couple: RandomID) async throws -> UInt64? {
    try await service.read { reader in
      try await service.photos.photos(of: couple, limit: 1, in: &reader).entries.first?.key.id()
    }
  }

  /// One of the first albums; nil when there is none.
  func album(
    _ number: Int, of couple: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> UInt64? {
    let albums = try await service.photos.albums(
      of: couple, limit: Self.pageSize, in: &reader
    ).entries
    return albums.isEmpty ? nil : albums[number % albums.count].key.id()
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension AuditPass {
  /// Looks at what is below a couple: albums and photos, memos, events, and comments on all of them.
  mutating func lookAtShared(
    of relationship: Relationship, _ couple: Key<Relationship>
  ) async throws {
    do {
      let counts = try await lookAtPhotos(of: relationship, couple)
      try await lookAtAlbums(of: relationship, couple, counts)
      try await forEachChild(.memo, of: couple) { pass, entry in
        pass.expectAuthor(entry.record.author, relationship, "\(entry.key)")
        pass.expectText(
          entry.record.text, bytesMax: BetweenLimits.memoBytesMax, "\(entry.key)", "the memo")
      }
      var days: [String: Int] = [:]
      try await forEachChild(.event, of: couple) { pass, entry in
        let (date, isYearly) = (entry.record.date, entry.record.isYearly)
        days[isYearly ? date.monthAndDay : date.description, default: 0] += 1
        pass.expectAuthor(entry.record.author, relationship, "\(entry.key)")
        for text in [entry.record.title, entry.record.note] {
          pass.expectText(
            text, bytesMax: BetweenLimits.captionBytesMax, "\(entry.key)", "the title or note")
        }
      }
      for (day, count) in days.sorted(by: { $0.key < $1.key }) {
        report.expect(
          count <= BetweenLimits.eventsPerDayMax, .daysAreBounded, "\(couple)",
          "there are \(count) on \(day)")
      }
      try await lookAtComments(of: relationship, couple)
    } catch let error as DatastoreError where error.code == .malformed {
      // The datastore has found it; what comes behind it is not looked at.
      return
    }
  }

  /// Returns how many photos are in each album.
  private mutating func lookAtPhotos(
    of relationship: Relationship, _ couple: Key<Relationship>
  ) async throws -> [UInt64: UInt64] {
    var counts: [UInt64: UInt64] = [:]
    try await forEachChild(.photo, of: couple) { pass, entry in
      let (photo, place) = (entry.record, "\(entry.key)")
      pass.expectAuthor(photo.author, relationship, place)
      pass.expectText(
        photo.caption, bytesMax: BetweenLimits.captionBytesMax, place, "the caption")
      try await pass.expectBlob(photo.blob, place)
      guard let album = photo.albumID else { return }
      if counts[album] == nil {
        let isThere = try await pass.find(Key(couple, .album, album)) != nil
        pass.report.expect(
          isThere, .albumsCountPhotos, place, "it is in the album \(album), which is not there")
      }
      counts[album, default: 0] += 1
    }
    return counts
  }

  private mutating func lookAtAlbums(
    of relationship: Relationship, _ couple: Key<Relationship>, _ counts: [UInt64: UInt64]
  ) async throws {
    try await forEachChild(.album, of: couple) { pass, entry in
      let place = "\(entry.key)"
      let count = counts[entry.key.id() ?? 0] ?? 0
      pass.expectAuthor(entry.record.author, relationship, place)
      pass.expectText(
        entry.record.title, bytesMax: BetweenLimits.captionBytesMax, place, "the title")
      pass.report.expect(
        entry.record.photoCount == count, .albumsCountPhotos, place,
        "it counts \(entry.record.photoCount) photos, there are \(count)")
    }
  }

  /// Goes through all comments in a couple's row, those on something that is gone as well.
  private mutating func lookAtComments(
    of relationship: Relationship, _ couple: Key<Relationship>
  ) async throws {
    var range = KeyRange.prefix(Bytes([UInt8(Comment.objectType.number)]))
    while true {
      var columns = ColumnSelection()
      columns.add(family: AnyKey.family, qualifiers: range)
      let row = try await snapshot.get(
        Get(couple.any.row, columns: columns, cellsMax: Self.cellsPerPiece),
        in: couple.any.table)
      let cells = row.map(Array.init) ?? []
      for cell in cells {
        let any = AnyKey(
          table: couple.any.table, row: couple.any.row, qualifier: cell.column.qualifier)
        // Metadata of the collections is among them.
        guard let key = Key<Comment>(any) else { continue }
        try await look(atComment: key, of: relationship)
      }
      guard cells.count == Self.cellsPerPiece, let last = cells.last else { return }
      range.start = last.column.qualifier.successor
    }
  }

  private static var cellsPerPiece: Int { 256 }

  private mutating func look(
    atComment key: Key<Comment>, of relationship: Relationship
  ) async throws {
    guard let comment = try await find(key) else { return }
    let place = "\(key)"
    expectAuthor(comment.author, relationship, place)
    expectText(comment.text, bytesMax: BetweenLimits.memoBytesMax, place, "the comment")
    var isThere = false
    if let photo = key.ancestor(.photo) { isThere = try await snapshot.contains(photo) }
    if let memo = key.ancestor(.memo) { isThere = try await snapshot.contains(memo) }
    if let event = key.ancestor(.event) { isThere = try await snapshot.contains(event) }
    report.expect(isThere, .sharedByPartners, place, "what it is on is not there")
  }

  private mutating func expectAuthor(
    _ author: RandomID, _ relationship: Relationship, _ place: String
  ) {
    report.expect(
      relationship.partner(of: author) != nil, .sharedByPartners, place, "it is by \(author)")
  }

  private mutating func forEachChild<R: Record>(
    _ type: ObjectType<R>, of couple: Key<Relationship>,
    _ body: (inout AuditPass, Entry<R>) async throws -> Void
  ) async throws {
    var cursor: PageCursor?
    repeat {
      let page = try await snapshot.children(
        type, of: couple, limit: Self.cellsPerPiece, after: cursor)
      for entry in page.entries { try await body(&self, entry) }
      cursor = page.next
    } while cursor != nil
  }
}

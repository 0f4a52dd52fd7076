// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension AuditPass {
  /// Looks at what is below a couple: albums and photos, memos, events, and comments on all of them.
  mutating func lookAtShared(
    of relationship: Relationship, _ couple: Key<Relationship>
  ) async throws {
    let counts = try await lookAtPhotos(of: relationship, couple)
    try await lookAtAlbums(of: relationship, couple, counts)
    try await forEachChild(.memo, of: couple) { pass, entry in
      let place = "\(entry.key)"
      pass.expectAuthor(entry.record.author, relationship, place)
      pass.expectText(
        entry.record.text, bytesMin: 1, bytesMax: BetweenLimits.memoBytesMax, place, "the memo")
    }
    try await lookAtEvents(of: relationship, couple)
    try await lookAtComments(of: relationship, couple)
  }

  private mutating func lookAtEvents(
    of relationship: Relationship, _ couple: Key<Relationship>
  ) async throws {
    var days: [String: Int] = [:]
    try await forEachChild(.event, of: couple) { pass, entry in
      let (event, place) = (entry.record, "\(entry.key)")
      days[event.isYearly ? event.date.monthAndDay : event.date.description, default: 0] += 1
      pass.expectAuthor(event.author, relationship, place)
      pass.expectText(
        event.title, bytesMin: 1, bytesMax: BetweenLimits.captionBytesMax, place, "the title")
      pass.expectText(event.note, bytesMax: BetweenLimits.captionBytesMax, place, "the note")
    }
    for (day, count) in days.sorted(by: { $0.key < $1.key }) {
      report.expect(
        count <= BetweenLimits.eventsPerDayMax, .daysAreBounded, "\(couple)",
        "there are \(count) on \(day)")
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
      try await pass.expectBlob(photo.blob, of: entry.key) { $0.blob }
      guard let album = photo.albumID else { return }
      if counts[album] == nil {
        pass.report.expect(
          try await pass.snapshot.contains(Key(couple, .album, album)), .albumsCountPhotos, place,
          "it is in the album \(album), which is not there")
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
        entry.record.title, bytesMin: 1, bytesMax: BetweenLimits.captionBytesMax, place,
        "the title")
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
    var thread: (prefix: Bytes, count: Int) = (Bytes(), 0)
    while true {
      var columns = ColumnSelection()
      columns.add(family: AnyKey.family, qualifiers: range)
      let row = try await snapshot.get(
        Get(couple.any.row, columns: columns, cellsMax: Self.perPiece), in: couple.any.table)
      let cells = row.map(Array.init) ?? []
      for cell in cells {
        let qualifier = cell.column.qualifier
        let child = StoredChild<Comment>(
          place: AnyKey(table: couple.any.table, row: couple.any.row, qualifier: qualifier),
          stored: cell.value)
        // Metadata of the collections is among them.
        guard let key = child.key, let parts = KeyPathParts(qualifier) else { continue }
        let prefix = qualifier[0..<parts.prefixLength]
        if prefix != thread.prefix {
          thread = (prefix, 0)
          try await expectObject(of: key)
        }
        thread.count += 1
        report.expect(
          thread.count != BetweenLimits.commentsMax + 1, .withinLimits, "\(key)",
          "there are more than \(BetweenLimits.commentsMax) comments on one thing")
        look(at: child, of: relationship)
      }
      guard cells.count == Self.perPiece, let last = cells.last else { return }
      range.start = last.column.qualifier.successor
    }
  }

  /// Expects what a comment is on.
  private mutating func expectObject(of key: Key<Comment>) async throws {
    var isThere = false
    if let photo = key.ancestor(.photo) { isThere = try await snapshot.contains(photo) }
    if let memo = key.ancestor(.memo) { isThere = try await snapshot.contains(memo) }
    if let event = key.ancestor(.event) { isThere = try await snapshot.contains(event) }
    report.expect(isThere, .sharedByPartners, "\(key)", "what it is on is not there")
  }

  private mutating func look(at child: StoredChild<Comment>, of relationship: Relationship) {
    guard let comment = decode(child)?.record else { return }
    let place = "\(child.place)"
    expectAuthor(comment.author, relationship, place)
    expectText(
      comment.text, bytesMin: 1, bytesMax: BetweenLimits.memoBytesMax, place, "the comment")
  }

  private mutating func expectAuthor(
    _ author: RandomID, _ relationship: Relationship, _ place: String
  ) {
    report.expect(
      relationship.partner(of: author) != nil, .sharedByPartners, place, "it is by \(author)")
  }
}

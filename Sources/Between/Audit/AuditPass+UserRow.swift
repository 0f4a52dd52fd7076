// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension AuditPass {
  /// Looks at a user's conversations, but for their messages, which are looked at with the couple.
  mutating func lookAtConversations(of key: Key<User>, _ user: RandomID) async throws {
    try await forEachChild(.conversation, of: key) { pass, entry in
      let couple: RandomID? = entry.key.id()
      let relationship = try await pass.find(Key(.relationship, couple ?? user))
      pass.report.expect(
        relationship?.partner(of: user) == entry.record.partner, .conversationHasCouple,
        "\(entry.key)", "there is no couple of the user and \(entry.record.partner)")
    }
    try await lookForStrayMessages(of: key)
  }

  /// Looks for messages of conversations that are gone, or what is left of them: one cell of each conversation.
  private mutating func lookForStrayMessages(of key: Key<User>) async throws {
    var range = KeyRange.prefix(Bytes([UInt8(Message.objectType.number)]))
    while true {
      var columns = ColumnSelection()
      columns.add(family: AnyKey.family, qualifiers: range)
      let row = try await snapshot.get(
        Get(key.any.row, columns: columns, cellsMax: 1), in: key.any.table)
      guard let first = row?.first(where: { _ in true })?.column.qualifier else { return }
      // What is no qualifier is a finding of the datastore's.
      guard let parts = KeyPathParts(first),
        let behind = KeyRange.prefix(first[0..<parts.prefixLength]).stop
      else {
        range.start = first.successor
        continue
      }
      if let couple = parts.steps.first?.id.flatMap(RandomID.init(keyComponent:)) {
        let conversation = Key(key, .conversation, couple)
        report.expect(
          try await snapshot.contains(conversation), .rowsHaveRoots, "\(conversation)",
          "there is something of its messages, and no conversation")
      }
      range.start = max(behind, first.successor)
    }
  }

  /// Looks at a user's notifications and requests for back-ups.
  mutating func lookAtNotices(of key: Key<User>) async throws {
    var couples: Set<RandomID> = []
    let notices = try await forEachChild(
      .notification, of: key, countMax: BetweenLimits.notificationsMax + 1
    ) { pass, entry in
      couples.insert(entry.record.couple)
      pass.report.expect(
        entry.record.hasItsSubject, .notificationsHaveSubjects, "\(entry.key)",
        "one of the kind \(entry.record.kind.rawValue) is about something else")
    }
    var open = 0
    let requests = try await forEachChild(
      .backupRequest, of: key, countMax: BetweenLimits.backupRequestsMax + 1
    ) { pass, entry in
      let request = entry.record
      couples.insert(request.couple)
      if request.isOpen { open += 1 }
      pass.report.expect(
        (request.state == .done) == (request.blob != nil) || !request.state.isKnown,
        .backupsHaveCopies, "\(entry.key)",
        "the state is \(request.state.rawValue), and there is \(request.blob == nil ? "no" : "a") copy"
      )
      try await pass.expectBlob(request.blob, of: entry.key) { $0.blob }
    }
    report.expect(
      notices <= BetweenLimits.notificationsMax && requests <= BetweenLimits.backupRequestsMax
        && open <= BetweenLimits.backupRequestsOpenMax, .noticesAreBounded, "\(key)",
      "there are more notifications or requests than may be")
    for couple in couples.sorted() {
      let relationship = try await find(Key(.relationship, couple))
      report.expect(
        relationship != nil && relationship?.isPurging != true, .noticesAreBounded, "\(key)",
        "there is a notification or a request of the couple \(couple), which is gone")
    }
  }
}

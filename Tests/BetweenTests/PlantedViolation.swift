// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing
import WideColumn

/// Harm that is done to a couple's data behind the service's back, and what an audit is to find then.
struct PlantedViolation {
  /// What is done.
  var name: String
  /// The invariants that do not hold any more: these, and no others.
  var violated: Set<Invariant>
  /// Does it to a couple that has something of each kind.
  var harm: (Setting) async throws -> Void

  init(
    _ name: String, _ violated: Set<Invariant>, _ harm: @escaping (Setting) async throws -> Void
  ) {
    self.name = name
    self.violated = violated
    self.harm = harm
  }

  /// For each invariant what violates it; one without any does not compile.
  static func all(of invariant: Invariant) -> [PlantedViolation] {
    switch invariant {
    case .datastore: datastore
    case .rowsHaveRoots: rowsHaveRoots
    case .accountHasUser: accountHasUser
    case .coupleHasPartners: coupleHasPartners
    case .coupleIsMutual: coupleIsMutual
    case .formerCoupleIsBroken: formerCoupleIsBroken
    case .invitationIsItsUsers: invitationIsItsUsers
    case .conversationHasCouple: conversationHasCouple
    case .senderIsPartner: senderIsPartner
    case .messagesAreInOrder: messagesAreInOrder
    case .messagesAreAccounted: messagesAreAccounted
    case .sidesAgree: sidesAgree
    case .headIsLastMessage: headIsLastMessage
    case .unreadIsCounted: unreadIsCounted
    case .marksAgree: marksAgree
    case .albumsCountPhotos: albumsCountPhotos
    case .sharedByPartners: sharedByPartners
    case .noticesAreBounded: noticesAreBounded
    case .notificationsHaveSubjects: notificationsHaveSubjects
    case .daysAreBounded: daysAreBounded
    case .closedIsGone: closedIsGone
    case .backupsHaveCopies: backupsHaveCopies
    case .withinLimits: withinLimits
    case .blobsAreThere: blobsAreThere
    }
  }
}

extension Setting {
  /// The couple's key.
  var shared: Key<Relationship> { Key(.relationship, couple) }

  /// A side of the conversation.
  func head(_ user: RandomID) -> Key<Conversation> { Key(Key(.user, user), .conversation, couple) }

  /// The account of a user.
  func account(of user: RandomID) async throws -> Key<Account> {
    let record = try await between.read { try await between.accounts.user(user, in: &$0) }
    return Key(.account, record.accountID)
  }

  /// Shares something of each kind: four messages with texts from both, a voice, an album with a photo, a memo, comments, an event, a request.
  func shareEverything() async throws {
    for number in 1...4 {
      _ = try await send("\(number)", from: number % 2 == 0 ? a : b)
    }
    let voice = try await between.upload(.bytes([2, 3]), type: "audio/ogg")
    _ = try await between.messaging.send(.voice(voice, milliseconds: 5), from: b, in: couple)
    let album = try await between.photos.createAlbum("x", by: a, in: couple)
    let blob = try await between.upload(.bytes([1]), type: "image/jpeg")
    let photo = try await between.photos.add(blob, by: a, in: couple, album: album.id())
    try await between.comments.write("c", by: b, on: photo)
    let memo = try await between.memos.write("m", by: a, in: couple)
    try await between.comments.write("c", by: b, on: memo)
    let date = try #require(CivilDate("2026-11-30"))
    try await between.calendar.add(.init("e", on: date), by: b, in: couple)
    _ = try await between.backups.request(by: a, in: couple)
  }

  /// Writes bytes to a cell, below the datastore.
  func plant(_ stored: Bytes, at place: AnyKey) async throws {
    try await between.write { transaction in
      var put = Put(place.row)
      put.add(family: AnyKey.family, qualifier: place.qualifier, value: stored)
      try transaction.put(put, in: place.table)
    }
  }

  /// Removes a cell, below the datastore.
  func remove(_ place: AnyKey) async throws {
    try await between.write { transaction in
      var delete = Delete(place.row)
      delete.add(family: AnyKey.family, qualifier: place.qualifier)
      try transaction.delete(delete, in: place.table)
    }
  }

  /// Removes a row, below the datastore.
  func removeRow(of place: AnyKey) async throws {
    try await between.write { try $0.delete(Delete(place.row), in: place.table) }
  }

  /// The cells of a table that are no locks, row by row.
  func cells(of table: String) async throws -> [(place: AnyKey, stored: Bytes)] {
    try await between.read { reader in
      try await reader.rows(Scan(), in: table, limit: 1000).flatMap { row in
        row.filter { $0.column.family == AnyKey.family }.map {
          (AnyKey(table: table, row: row.row, qualifier: $0.column.qualifier), $0.value)
        }
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension LifeRunner {
  /// What a message says; nil for an action that sends none.
  func content(of action: LifeAction) async throws -> MessageContent? {
    switch action {
    case .send(let text): .text(text)
    case .sendSticker(let name): .sticker(name)
    case .sendPhoto(let number, let caption):
      .photo(try await upload(number, type: "image/jpeg"), caption: caption)
    case .sendVoice(let number, let milliseconds):
      .voice(try await upload(number, type: "audio/ogg"), milliseconds: milliseconds)
    default: nil
    }
  }

  func send(_ content: MessageContent, by pair: LifePair) async throws -> LifeOutcome.Sent {
    let receipt = try await service.messaging.send(content, from: pair.user, in: pair.couple)
    return LifeOutcome.Sent(
      sender: pair.user, receiver: receipt.receiver, couple: pair.couple, id: receipt.id,
      sentAt: receipt.sentAt, content: content)
  }

  /// Does what is no message.
  func write(_ action: LifeAction, by pair: LifePair) async throws {
    let (user, couple) = (pair.user, pair.couple)
    switch action {
    case .markRead: try await service.messaging.markRead(by: user, in: couple)
    case .deleteMessage(let count): try await deleteMessage(beforeLast: count, by: pair)
    case .seeNotifications: try await service.notifications.markAllRead(of: user)
    case .writeMemo(let text): try await service.memos.write(text, by: user, in: couple)
    case .editMemo(let text):
      let memo = try await service.read { try await lastMemo(of: couple, in: &$0) }
      try await service.memos.edit(require(memo).id() ?? 0, to: text, by: user, in: couple)
    case .comment(let text):
      let memo = try await service.read { try await lastMemo(of: couple, in: &$0) }
      try await service.comments.write(text, by: user, on: require(memo))
    case .addEvent(let title, let date, let isYearly):
      try await service.calendar.add(
        .init(title, on: date, isYearly: isYearly), by: user, in: couple)
    case .rename(let name): try await service.accounts.rename(user, to: name)
    case .addPhoto, .deletePhoto, .createAlbum, .movePhoto:
      try await share(action, by: user, in: couple)
    case .requestBackup: _ = try await service.backups.request(by: user, in: couple)
    case .makeBackups: try await makeBackups()
    default: try await live(action, by: pair)
    }
  }

  private func deleteMessage(beforeLast count: Int, by pair: LifePair) async throws {
    let id: UInt64? = try await service.read { reader in
      try await service.messaging.page(
        of: pair.user, in: pair.couple, limit: count + 1, in: &reader
      ).entries.last?.key.id()
    }
    try await service.messaging.delete(require(id), of: pair.user, in: pair.couple)
  }

  /// Does what is done to photos and albums.
  private func share(
    _ action: LifeAction, by user: RandomID, in couple: RandomID
  ) async throws {
    switch action {
    case .addPhoto(let number):
      try await service.photos.add(
        try await upload(number, type: "image/jpeg"), by: user, in: couple)
    case .createAlbum(let title):
      _ = try await service.photos.createAlbum(title, by: user, in: couple)
    case .movePhoto(let number):
      let album = try await service.read { try await self.album(number, of: couple, in: &$0) }
      try await service.photos.move(
        require(try await newestPhoto(of: couple)), to: require(album), by: user, in: couple)
    default:
      try await service.photos.delete(
        require(try await newestPhoto(of: couple)), by: user, in: couple)
    }
  }

  /// Does what decides who is a couple.
  private func live(_ action: LifeAction, by pair: LifePair) async throws {
    switch action {
    case .breakUp: try await service.couples.breakUp(by: pair.user)
    case .makeUp:
      for user in [pair.user, pair.partner] { _ = try await service.couples.restore(by: user) }
    case .pairAnew:
      let code = try await service.couples.invite(by: pair.user)
      _ = try await service.couples.accept(code, by: pair.partner)
    default:
      let user = try await service.read { try await $0.get(Key(.user, pair.user)) }
      let former = user?.formerRelationshipID ?? pair.couple
      try await service.couples.purge(former)
    }
  }

  private func require<T>(_ found: T?) throws(BetweenError) -> T {
    guard let found else { throw BetweenError(.noSuchObject, "there is none") }
    return found
  }
}

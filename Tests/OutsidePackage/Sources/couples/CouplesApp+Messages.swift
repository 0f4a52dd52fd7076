// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon

extension CouplesApp {
  func send(
    _ text: String, to couple: RandomID, token: RandomID, _ session: RandomID
  ) async throws -> UInt64 {
    let user = try await sessions.user(of: session)
    return try await between.messaging.send(.text(text), from: user, in: couple, token: token).id
  }

  func sendPhoto(
    _ jpeg: Bytes, to couple: RandomID, album: UInt64?, token: RandomID, _ session: RandomID
  ) async throws -> UInt64 {
    let user = try await sessions.user(of: session)
    let blob = try await between.upload(.bytes(jpeg), type: "image/jpeg")
    return try await between.write { transaction in
      let receipt = try await between.messaging.send(
        .photo(blob, caption: ""), from: user, in: couple, token: token, in: &transaction)
      // Sent again, it is among the photos already.
      guard receipt.isNew else { return receipt.id }
      try await between.photos.add(
        blob, by: user, in: couple, album: album, in: &transaction)
      return receipt.id
    }
  }

  /// Hands each message that arrives on to a client, until the client's connection ends and the task is cancelled.
  func follow(
    _ couple: RandomID, of user: RandomID, since sequence: ChangeSequence?,
    _ push: (Entry<Message>) async throws -> Void
  ) async throws {
    let conversation = Key(Key(.user, user), .conversation, couple)
    let changes = between.datastore.changes(to: .message, of: conversation, since: sequence)
    for try await commit in changes {
      for case .put(let entry) in commit.changes { try await push(entry) }
    }
  }
}

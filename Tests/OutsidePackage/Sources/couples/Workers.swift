// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon

/// What a server does beside its requests; each may be done by any number of processes' tasks at once, cut off, and done again.
struct Workers {
  let between: EmbeddedBetween

  /// Every few minutes: copies of conversations that users have asked for.
  func makeBackups() async throws {
    for request in try await between.backups.start(limit: 10) {
      do {
        let (text, count) = try await copy(of: request)
        let blob = try await between.upload(.bytes(Bytes(utf8: text)), type: "text/plain")
        try await between.backups.finish(request, with: blob, messageCount: count)
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        // The couple is gone, the request is another worker's by now, or the bytes could not be stored: on to the next.
        try? await between.backups.fail(request)
      }
    }
  }

  private func copy(of request: Entry<BackupRequest>) async throws -> (String, UInt64) {
    guard let user: RandomID = request.key.rootID() else { return ("", 0) }
    var (text, count, cursor) = ("", UInt64(0), PageCursor?.none)
    repeat {
      let page = try await between.read { [cursor] reader in
        try await between.messaging.page(
          of: user, in: request.record.couple, .oldestFirst,
          ids: .through(request.record.throughID), limit: 1000, after: cursor, in: &reader)
      }
      for entry in page.entries {
        let isOwn = entry.record.sender == user
        text += "\(entry.record.sentAt) \(isOwn ? "→" : "←") \(Self.line(entry.record.content))\n"
        count += 1
      }
      cursor = page.next
    } while cursor != nil
    return (text, count)
  }

  private static func line(_ content: MessageContent) -> String {
    switch content {
    case .text(let text): text
    case .sticker(let name): "(sticker \(name))"
    case .photo(_, let caption): "(photo) \(caption)"
    case .voice(_, let milliseconds): "(voice, \(milliseconds / 1000) s)"
    case .unknown: "(something newer)"
    }
  }

  /// Every hour: what is to go for good. Each goes on past what it cannot delete, and throws in the end: so none may keep the next from its work.
  func cleanUp() async throws {
    let results = [
      await result { try await between.couples.purgeDue(limit: 100) },
      await result { try await between.accounts.purgeClosed(limit: 100) },
      await result { try await between.collectBlobs() },
    ]
    for result in results { _ = try result.get() }
  }

  private func result(_ body: () async throws -> Int) async -> Result<Int, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }

  /// Every night: whether all that should hold does.
  func audit() async throws -> [String] {
    try await BetweenAudit(between).run().violations.map(\.description)
  }
}

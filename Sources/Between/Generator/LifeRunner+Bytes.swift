// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension LifeRunner {
  /// Uploads the bytes of a photo or a voice that a number stands for.
  func upload(_ number: UInt64, type: String) async throws -> Blob {
    var random = SplitMix64(seed: number)
    let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
    return try await upload(Bytes(bytes), type: type)
  }

  private func upload(_ bytes: Bytes, type: String) async throws -> Blob {
    #if Sodium
      try await service.upload(.bytes(bytes), type: type)
    #else
      throw BetweenError(.noBlobStore, "checksums of bytes need the trait Sodium")
    #endif
  }

  /// Makes some of the copies that were asked for: the texts, a line each.
  func makeBackups() async throws {
    for request in try await service.backups.start(limit: 4) {
      guard let user: RandomID = request.key.rootID() else { continue }
      let texts: [String]
      do {
        texts = try await self.texts(of: user, request.record)
      } catch let error as BetweenError where error.code == .notPaired {
        // What was to be copied has been purged, and the request with it.
        continue
      }
      let text = texts.joined(separator: "\n")
      let copy = try await upload(Bytes(utf8: text), type: "text/plain")
      try await service.backups.finish(
        request, with: copy, messageCount: UInt64(texts.count))
    }
  }

  private func texts(of user: RandomID, _ request: BackupRequest) async throws -> [String] {
    try await service.read { reader in
      var texts: [String] = []
      var cursor: PageCursor?
      repeat {
        let page = try await service.messaging.page(
          of: user, in: request.couple, .oldestFirst, limit: BetweenLimits.pageMax,
          after: cursor, in: &reader)
        for entry in page.entries {
          guard let id: UInt64 = entry.key.id(), id <= request.throughID else { return texts }
          texts.append(entry.record.content.preview)
        }
        cursor = page.next
      } while cursor != nil
      return texts
    }
  }
}

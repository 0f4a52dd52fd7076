// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// The messages that a conversation has from a moment on, one after another: those that an import was cut off behind.
struct KnownMessages<Store: AtomicBatchStore>: Sendable {
  private let couple: RandomID
  private var side: RandomID?
  private var ahead: ArraySlice<Entry<Message>> = []
  private var cursor: PageCursor?
  private var start: UInt64 = 0
  private var hasBegun = false
  private var isAtEnd = false

  init(couple: RandomID) { self.couple = couple }

  /// The next message that is there; the first one is the first that was sent at a moment or later.
  mutating func next(
    from moment: Timestamp, in service: BetweenService<Store>
  ) async throws -> Entry<Message>? {
    if !hasBegun { try await begin(from: moment, in: service) }
    try await fill(service)
    return ahead.popFirst()
  }

  /// Whether there are more.
  mutating func hasMore(in service: BetweenService<Store>) async throws -> Bool {
    guard hasBegun else { return false }
    try await fill(service)
    return !ahead.isEmpty
  }

  private mutating func begin(
    from moment: Timestamp, in service: BetweenService<Store>
  ) async throws {
    let couple = couple
    let (side, first) = try await service.read { reader in
      let relationship = try await service.couples.relationship(couple, in: &reader)
      let first = try await service.messaging.first(
        sentFrom: moment, of: relationship.first, in: couple, in: &reader)
      return (relationship.first, first)
    }
    self.side = side
    hasBegun = true
    guard let id: UInt64 = first?.key.id() else {
      isAtEnd = true
      return
    }
    start = id
  }

  /// Reads on.
  ///
  /// What the import itself sends comes behind all that is read: it is not begun before that is at its end.
  private mutating func fill(_ service: BetweenService<Store>) async throws {
    guard ahead.isEmpty, !isAtEnd, let side else { return }
    let (key, start, cursor) = (Messaging<Store>.key(of: side, in: couple), start, cursor)
    let page = try await service.read { reader in
      try await reader.children(
        .message, of: key, in: .after(start - 1), limit: Messaging<Store>.messagesPerRead,
        after: cursor)
    }
    ahead = page.entries[...]
    self.cursor = page.next
    isAtEnd = page.next == nil
  }
}

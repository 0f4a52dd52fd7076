// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// One side of a conversation, read page by page as it is stored, and what has been counted on the way.
struct AuditSide<Store: AtomicBatchStore> {
  let owner: RandomID
  let key: Key<Conversation>
  let head: Conversation
  private var ahead: ArraySlice<StoredChild<Message>> = []
  private var cursor: PageCursor?
  private var isAtEnd = false

  /// How many messages there are.
  var count: UInt64 = 0
  /// How many of the partner's behind the mark.
  var unread: UInt64 = 0
  /// The last one; nil when there is none, or it cannot be decoded.
  var last: Message?
  /// Its id.
  var lastID: UInt64 = 0
  /// Whether all could be decoded, so that what was counted of their content is right.
  var isReadable = true

  init(owner: RandomID, key: Key<Conversation>, head: Conversation) {
    self.owner = owner
    self.key = key
    self.head = head
  }

  /// The next message that has not been taken, and its id; 0 for what is no number.
  mutating func next(
    _ snapshot: inout DatastoreSnapshot<Store>
  ) async throws -> (id: UInt64, message: StoredChild<Message>)? {
    while ahead.isEmpty, !isAtEnd {
      let page = try await snapshot.storedChildren(
        .message, of: key, limit: Messaging<Store>.messagesPerRead, after: cursor)
      ahead = page.children[...]
      cursor = page.next
      isAtEnd = cursor == nil
    }
    guard let child = ahead.first else { return nil }
    return (child.key?.id() ?? 0, child)
  }

  mutating func take() { ahead.removeFirst() }
}

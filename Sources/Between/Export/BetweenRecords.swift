// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// The types of Between's records by number, for those who have a record's bytes and its key.
enum BetweenRecords {
  static func isKnown(_ typeNumber: Int) -> Bool { types[typeNumber] != nil }

  private static let types: [Int: any Record.Type] = {
    let all: [any Record.Type] = [
      Account.self, User.self, Relationship.self, Conversation.self, Message.self,
      Notification.self, BackupRequest.self, Album.self, Photo.self, Memo.self, Event.self,
      Comment.self,
    ]
    return Dictionary(uniqueKeysWithValues: all.map { (number(of: $0), $0) })
  }()

  private static func number<R: Record>(of type: R.Type) -> Int { type.objectType.number }

  /// Writes a record of any of the types so that its bytes are these, whatever they would be if it were encoded anew.
  ///
  /// Throws `malformedExport` for what is no record of the type that the key names; as the put of a transaction.
  static func put<Store: AtomicBatchStore>(
    _ stored: Bytes, at key: AnyKey, in transaction: inout Transaction<Store>
  ) async throws {
    guard let parts = KeyPathParts(key.qualifier), parts.kind == .object,
      let number = parts.steps.last?.typeNumber, let type = types[number]
    else { throw BetweenError(.malformedExport, "the type of \(key) is not known") }
    try await put(stored, as: type, at: key, in: &transaction)
  }

  /// The large values that a record refers to; none for what is no record of the type that the key names.
  static func blobs(of stored: Bytes, at key: AnyKey) -> [Blob] {
    guard let number = KeyPathParts(key.qualifier)?.steps.last?.typeNumber,
      let type = types[number]
    else { return [] }
    return blobs(of: stored, as: type)
  }

  private static func blobs<R: Record>(of stored: Bytes, as type: R.Type) -> [Blob] {
    guard let blobs = R.blobs, let record = try? RecordDecoder().decode(R.self, from: stored)
    else { return [] }
    return blobs(record)
  }

  private static func put<R: Record, Store: AtomicBatchStore>(
    _ stored: Bytes, as type: R.Type, at key: AnyKey, in transaction: inout Transaction<Store>
  ) async throws {
    guard let typed = Key<R>(key), let record = try? RecordDecoder().decode(R.self, from: stored)
    else { throw BetweenError(.malformedExport, "what is to be at \(key) is no \(R.self)") }
    // Index entries and counts come of the put, fields that nobody knows of the bytes.
    try await transaction.put(record, at: typed)
    var put = Put(key.row)
    put.add(family: AnyKey.family, qualifier: key.qualifier, value: stored)
    try transaction.put(put, in: key.table)
  }
}

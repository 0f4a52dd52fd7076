// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing
import WideColumn

/// The lines of a couple's export.
func exported(_ between: EmbeddedBetween, _ couple: RandomID) async throws -> [String] {
  var lines: [String] = []
  try await CoupleExport(between, of: couple).run { lines.append($0.json) }
  return lines
}

/// Lives for a while, and adds what lives do not have: deletions at a collection's end, and fields that nobody knows.
func live(_ setting: Setting) async throws -> RandomID {
  let between = setting.between
  let runner = LifeRunner(between, seed: 5)
  try await runner.create(0)
  var options = LifeOptions(couples: 1)
  options.readsPerThousand = 0
  options.hasPhotos = true
  for operation in LifeGenerator(seed: 5, options).prefix(300) { try await runner.run(operation) }
  let members = runner.members(of: 0)
  let key = Key(Key(.user, members.first.user), .conversation, members.couple)
  let head = try #require(try await between.datastore.get(key))
  try await between.messaging.delete(
    head.lastMessageID, of: members.first.user, in: members.couple)
  try await between.memos.write("last", by: members.first.user, in: members.couple)
  let memos = try await between.datastore.count(.memo, of: Key(.relationship, members.couple))
  try await between.memos.delete(
    UInt64(memos), by: members.first.user, in: members.couple)
  _ = try await between.backups.request(by: members.second.user, in: members.couple)
  try await between.write { transaction in
    let message = Key(key, .message, 1).any
    var columns = ColumnSelection()
    columns.add(family: AnyKey.family, qualifier: message.qualifier)
    let row = try await transaction.get(Get(message.row, columns: columns), in: message.table)
    let stored = try #require(row?.value(family: AnyKey.family, qualifier: message.qualifier))
    guard case .map(var fields) = try RecordValue(decoding: stored) else { return }
    fields.append(.init(key: .integer(77), value: .text("from the future")))
    for user in [members.first.user, members.second.user] {
      let other = Key(Key(Key(.user, user), .conversation, members.couple), .message, 1).any
      var put = Put(other.row)
      put.add(
        family: AnyKey.family, qualifier: other.qualifier,
        value: try RecordValue.map(fields).encode())
      try transaction.put(put, in: other.table)
    }
  }
  return members.couple
}

func withEmpty(
  _ blobs: InMemoryBlobStore?, _ body: (EmbeddedBetween) async throws -> Void
) async throws {
  var configuration = StoreConfiguration()
  configuration.fileSystem = InMemoryFileSystem()
  try await withDatabase(at: "/other", configuration: configuration) { database in
    let between = try await database.openBetween(
      passwords: PlainHasher(), blobs: blobs, random: SharedGenerator(seed: 1), options: .quick)
    try await body(between)
  }
}

func importing(_ lines: [String], into between: EmbeddedBetween) async throws {
  var importer = CoupleImport(between)
  for line in lines { try await importer.add(try ExportLine(json: line)) }
  try await importer.finish()
}

/// Joins parts of a qualifier.
func + (left: Bytes, right: Bytes) -> Bytes { Bytes(Array(left) + Array(right)) }

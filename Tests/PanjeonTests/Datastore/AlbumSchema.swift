// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Panjeon
import PanjeonTesting

/// A small schema for tests: couples with photos and comments, memos with comments.
struct Couple: Record, Hashable {
  static let objectType = ObjectType<Couple>(3, "couple", table: "couple")
  static let byEmail = Index(
    200, "couple_by_email", on: { (couple: Couple) in couple.email }, scope: .table("email"),
    isUnique: true)
  static let byCity = Index(
    33, "couple_by_city", on: { (couple: Couple) in couple.city }, scope: .table("city"))
  static var indexes: [IndexDefinition<Couple>] { [byEmail.definition, byCity.definition] }

  var name: String
  var email: String?
  var city: String?

  enum CodingKeys: Int, CodingKey {
    case name = 1
    case email = 2
    case city = 3
  }
}

struct Photo: Record, Hashable {
  static let objectType = ObjectType<Photo>(5, "photo")
  static let byDate = Index(30, "photo_by_date", on: \Photo.takenAt)
  static let byTag = Index(31, "photo_by_tag", onEach: { (photo: Photo) in photo.tags })
  static let byHash = Index(
    32, "photo_by_hash", on: { (photo: Photo) in photo.hash }, scope: .root, isUnique: true,
    isClustered: true)
  static var indexes: [IndexDefinition<Photo>] {
    [byDate.definition, byTag.definition, byHash.definition]
  }

  var takenAt: Timestamp
  var caption: String?
  var tags: [String] = []
  var hash: Bytes?

  init(_ at: Int64, caption: String? = nil, tags: [String] = [], hash: Bytes? = nil) {
    takenAt = Timestamp(microseconds: at)
    self.caption = caption
    self.tags = tags
    self.hash = hash
  }

  enum CodingKeys: Int, CodingKey {
    case takenAt = 1
    case caption = 2
    case tags = 3
    case hash = 4
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    takenAt = Timestamp(microseconds: try container.decode(Int64.self, forKey: .takenAt))
    caption = try container.decodeIfPresent(String.self, forKey: .caption)
    tags = try container.decodeIfPresent([String].self, forKey: .tags) ?? []
    hash = try container.decodeIfPresent(Bytes.self, forKey: .hash)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(takenAt.microseconds, forKey: .takenAt)
    try container.encodeIfPresent(caption, forKey: .caption)
    if !tags.isEmpty { try container.encode(tags, forKey: .tags) }
    try container.encodeIfPresent(hash, forKey: .hash)
  }
}

struct Memo: Record, Hashable {
  static let objectType = ObjectType<Memo>(6, "memo")
  var text: String
  enum CodingKeys: Int, CodingKey { case text = 1 }
}

struct Comment: Record, Hashable {
  static let objectType = ObjectType<Comment>(7, "comment")
  static let byAuthor = Index(
    34, "comment_by_author", on: \Comment.author, scope: .root)
  static var indexes: [IndexDefinition<Comment>] { [byAuthor.definition] }

  var author: String
  var text: String

  enum CodingKeys: Int, CodingKey {
    case author = 1
    case text = 2
  }
}

extension ObjectType<Couple> { static var couple: Self { Couple.objectType } }
extension ObjectType<Photo> { static var photo: Self { Photo.objectType } }
extension ObjectType<Memo> { static var memo: Self { Memo.objectType } }
extension ObjectType<Comment> { static var comment: Self { Comment.objectType } }

let albumSchema = DatastoreSchema {
  Root(.couple) {
    Children(.photo) { Children(.comment) }
    Children(.memo) { Children(.comment) }
  }
}

/// A configuration of a store in memory.
func inMemory(_ fileSystem: InMemoryFileSystem = InMemoryFileSystem()) -> StoreConfiguration {
  var configuration = StoreConfiguration()
  configuration.fileSystem = fileSystem
  return configuration
}

/// Opens a datastore in memory, and checks at the end that everything in it is as it should be.
func withAlbum(
  _ fileSystem: InMemoryFileSystem = InMemoryFileSystem(), schema: DatastoreSchema = albumSchema,
  migrations: [Migration<EmbeddedStore>] = [], options: DatastoreOptions = DatastoreOptions(),
  _ body: (DatabaseDatastore) async throws -> Void
) async throws {
  try await withDatabase(at: "/album", configuration: inMemory(fileSystem)) { database in
    let datastore = try await database.openDatastore(
      schema, migrations: migrations, options: options)
    try await body(datastore)
    let report = try await datastore.verify()
    if report.findingCount > 0 { throw FoundWrong(report: report) }
  }
}

/// What `verify` has found.
struct FoundWrong: Error, CustomStringConvertible {
  var report: DatastoreReport
  var description: String { report.findings.map(\.description).joined(separator: "\n") }
}

extension TransactionOptions {
  /// For tests on disk, beside all others.
  static var patient: TransactionOptions {
    TransactionOptions(attemptsMax: 10_000, deadline: .seconds(400))
  }

  /// For tests in memory.
  static var quick: TransactionOptions {
    TransactionOptions(durability: .memory, attemptsMax: 10_000, deadline: .seconds(400))
  }
}

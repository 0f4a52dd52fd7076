// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Synchronization
import Testing

/// A couple in a store in memory, with everything that a test may want to turn.
struct Setting {
  var between: EmbeddedBetween
  var database: Database
  var clock: ManualTimeSource
  var blobs: InMemoryBlobStore
  var a: RandomID
  var b: RandomID
  var couple: RandomID

  /// Runs the audit, and expects nothing to be found.
  func expectSound(_ location: SourceLocation = #_sourceLocation) async throws {
    let report = try await BetweenAudit(between).run()
    #expect(report.violations.map(\.description) == [], sourceLocation: location)
  }

  /// Collects bytes that nothing names, at once; the keys of those that are left.
  func keysAfterCollecting() async throws -> Set<BlobKey> {
    try await between.collectBlobs(olderThan: .zero)
    return Set(blobs.allKeys)
  }

  /// The invariants that an audit finds broken.
  func violated() async throws -> Set<Invariant> { try await BetweenAudit(between).run().violated }
}

/// Hashes without any work, and counts.
final class PlainHasher: PasswordHasher {
  private let hashed = Mutex(0)
  let prefix: String

  /// How many passwords have been hashed.
  var count: Int { hashed.withLock { $0 } }

  init(prefix: String = "plain:") { self.prefix = prefix }

  func hash(_ password: String) async throws -> String {
    hashed.withLock { $0 += 1 }
    return prefix + password
  }

  func verify(_ password: String, against hash: String) async throws -> Bool {
    hash.hasSuffix(":" + password)
  }

  func isOutdated(_ hash: String) -> Bool { !hash.hasPrefix(prefix) }

  func accepts(_ hash: String) -> Bool { hash == "!" || hash.contains(":") }
}

extension BetweenOptions {
  /// For tests in memory.
  static var quick: BetweenOptions {
    var options = BetweenOptions()
    options.transaction = TransactionOptions(
      durability: .memory, attemptsMax: 10_000, deadline: .seconds(400))
    options.objectsPerPiece = 5
    return options
  }
}

/// Opens a store in memory, registers two users and makes them a couple; audits at the end unless told otherwise.
func withCouple(
  auditsAtEnd: Bool = true, hasher: any PasswordHasher = PlainHasher(),
  files: InMemoryFileSystem = InMemoryFileSystem(),
  _ body: (Setting) async throws -> Void
) async throws {
  let clock = ManualTimeSource()
  var configuration = StoreConfiguration()
  configuration.fileSystem = files
  try await withDatabase(at: "/between", configuration: configuration) { database in
    let blobs = InMemoryBlobStore()
    let between = try await database.openBetween(
      passwords: hasher, blobs: blobs, clock: clock, random: SharedGenerator(seed: 7),
      options: .quick)
    let a = try await between.accounts.register(
      email: "minji@example.org", password: "eins", name: "민지")
    let b = try await between.accounts.register(
      email: "jisoo@example.org", password: "zwei", name: "지수")
    let code = try await between.couples.invite(by: a.user)
    let couple = try await between.couples.accept(code, by: b.user)
    let setting = Setting(
      between: between, database: database, clock: clock, blobs: blobs, a: a.user, b: b.user,
      couple: couple)
    try await body(setting)
    if auditsAtEnd { try await setting.expectSound() }
  }
}

/// Expects one of Between's errors.
func expect(
  _ code: BetweenError.Code, location: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Void
) async {
  do {
    try await body()
    Issue.record("nothing was thrown", sourceLocation: location)
  } catch let error as BetweenError {
    #expect(error.code == code, sourceLocation: location)
  } catch {
    Issue.record("\(error)", sourceLocation: location)
  }
}

extension Setting {
  func send(_ text: String, from sender: RandomID) async throws -> Messaging<EmbeddedStore>.Receipt
  {
    try await between.messaging.send(.text(text), from: sender, in: couple)
  }

  /// All messages of a side, first to last.
  func messages(of user: RandomID) async throws -> [Entry<Message>] {
    try await between.read { reader in
      var all: [Entry<Message>] = []
      var cursor: PageCursor?
      repeat {
        let page = try await between.messaging.page(
          of: user, in: couple, .oldestFirst, limit: 100, after: cursor, in: &reader)
        all += page.entries
        cursor = page.next
      } while cursor != nil
      return all
    }
  }

  func conversation(of user: RandomID) async throws -> Conversation {
    try await between.read { reader in
      try await between.messaging.conversation(of: user, in: couple, in: &reader)
    }
  }

  /// Changes a stored record behind the service's back.
  func plant<R: Record>(at key: Key<R>, _ change: (inout R) -> Void) async throws {
    try await between.write { transaction in
      var record = try #require(try await transaction.get(key))
      change(&record)
      try await transaction.put(record, at: key)
    }
  }
}

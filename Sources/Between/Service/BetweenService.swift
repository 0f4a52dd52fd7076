// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
public import WideColumn

/// The couples' app: accounts, couples, and what they share, over a datastore.
///
/// ```swift
/// let between = try await database.openBetween(passwords: SodiumPasswordHasher())
/// let minji = try await between.accounts.register(email: "minji@example.org", password: "…", name: "민지")
/// let code = try await between.couples.invite(by: minji.user)
/// let couple = try await between.couples.accept(code, by: jisoo.user)
/// _ = try await between.messaging.send(.text("안녕"), from: minji.user, in: couple)
/// let last = try await between.read { reader in
///   try await between.messaging.page(of: jisoo.user, in: couple, limit: 20, in: &reader)
/// }
/// ```
///
/// An operation that changes something has up to two forms: one that is a transaction of its own, strictly serializable, and durable as ``BetweenOptions/transaction``
/// says when it returns; and one that takes a transaction of the datastore (`in: &transaction`), to be composed with others, which is durable with that. An operation
/// that reads takes a reader: a transaction, or the snapshot that ``read(_:)`` gives, where it never blocks and never conflicts.
///
/// **Who may do what is the caller's to see to**: an operation knows whose name it is given, not who asks. Reads of what a couple shares take the couple's id and no user; ``Couples/requireMember(_:of:_:in:)`` says in the
/// same snapshot whether one is in it.
///
/// What holds between any two commits is written down once, as ``Invariant``, and checked by ``BetweenAudit``.
public struct BetweenService<Store: AtomicBatchStore>: Sendable {
  /// The records beneath.
  public let datastore: Datastore<Store>
  /// Periods and durability.
  public let options: BetweenOptions

  let clock: any TimeSource
  let random: SharedGenerator
  let passwords: any PasswordHasher
  let blobs: (any BlobStore)?

  /// Joins what the service needs.
  ///
  /// - Parameters:
  ///   - datastore: Opened with ``BetweenSchema/datastore``.
  ///   - clock: Tells when things happen.
  ///   - random: Gives ids and codes.
  ///   - passwords: Hashes passwords.
  ///   - blobs: Where the bytes of photos and voices are; nil: there are none, and what needs them is refused (`noBlobStore`).
  ///   - options: Periods and durability.
  /// - Throws: `invalidOptions`.
  public init(
    datastore: Datastore<Store>, clock: any TimeSource, random: SharedGenerator,
    passwords: any PasswordHasher, blobs: (any BlobStore)? = nil,
    options: BetweenOptions = BetweenOptions()
  ) throws(BetweenError) {
    try options.validate()
    self.datastore = datastore
    self.clock = clock
    self.random = random
    self.passwords = passwords
    self.blobs = blobs
    self.options = options
  }

  /// Accounts and users.
  public var accounts: Accounts<Store> { Accounts(service: self) }
  /// Invitations and couples.
  public var couples: Couples<Store> { Couples(service: self) }
  /// Conversations.
  public var messaging: Messaging<Store> { Messaging(service: self) }
  /// Photos and albums.
  public var photos: Photos<Store> { Photos(service: self) }
  /// Memos.
  public var memos: Memos<Store> { Memos(service: self) }
  /// Comments on photos, memos and events.
  public var comments: Comments<Store> { Comments(service: self) }
  /// Events and anniversaries.
  public var calendar: CoupleCalendar<Store> { CoupleCalendar(service: self) }
  /// What partners have done.
  public var notifications: Notifications<Store> { Notifications(service: self) }
  /// Copies of conversations.
  public var backups: Backups<Store> { Backups(service: self) }

  /// Runs `body` on a snapshot: reads of one moment.
  ///
  /// See `Datastore.withSnapshot(_:)`.
  public func read<R>(
    _ body: (inout DatastoreSnapshot<Store>) async throws -> R
  ) async throws -> R {
    try await datastore.withSnapshot(body)
  }

  /// Runs `body` as a strictly serializable transaction; **`body` may run more than once**.
  ///
  /// See `Datastore.withTransaction(_:_:)`; with ``BetweenOptions/transaction``.
  public func write<R>(
    _ body: (inout Transaction<Store>) async throws -> R
  ) async throws -> R {
    try await datastore.withTransaction(options.transaction, body)
  }

  /// The present moment.
  var now: Timestamp { Timestamp(microseconds: clock.presentMicroseconds()) }
}

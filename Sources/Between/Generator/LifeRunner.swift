// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// Does in a service what a ``LifeGenerator`` gives.
///
/// Who the couples are is a function of the seed, so that several processes, one after another, know the same ones. Every method may be called from any number of tasks at
/// once.
public struct LifeRunner<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>
  private let seed: UInt64

  /// How many messages, photos or comments are on a page: 20.
  public static var pageSize: Int { 20 }

  /// A runner for the couples of a seed.
  public init(_ service: BetweenService<Store>, seed: UInt64) {
    self.service = service
    self.seed = seed
  }

  /// The ids of a couple.
  public struct Members: Hashable, Sendable {
    /// Who invited.
    public var first: Accounts<Store>.Registration
    /// The other.
    public var second: Accounts<Store>.Registration
    /// The couple.
    public var couple: RandomID
  }

  /// The ids of a couple of the seed.
  public func members(of couple: Int) -> Members {
    var mixed = SplitMix64(seed: seed ^ UInt64(couple) << 20 ^ 0x11FE)
    var random = mixed.fork()
    func registration() -> Accounts<Store>.Registration {
      .init(account: RandomID(using: &random), user: RandomID(using: &random))
    }
    return Members(
      first: registration(), second: registration(), couple: RandomID(using: &random))
  }

  /// Registers and pairs a couple, unless it is there already; nobody can log in to its accounts.
  ///
  /// One transaction, durable as the service's. Throws errors of the transaction.
  public func create(_ couple: Int) async throws {
    let members = members(of: couple)
    try await service.write { transaction in
      if try await transaction.contains(Key(.relationship, members.couple)) { return }
      for (registration, name) in [(members.first, "a"), (members.second, "b")] {
        guard let email = EmailAddress("\(name).\(couple)@\(seed).example") else {
          preconditionFailure("it is an address")
        }
        try await service.accounts.create(
          registration, email: email, passwordHash: "!", name: "\(name) \(couple)",
          in: &transaction)
      }
      try await service.couples.pair(
        members.first.user, members.second.user, as: members.couple, in: &transaction)
    }
  }

  /// Does an operation.
  ///
  /// - Parameter operation: What to do; its couple has been created.
  /// - Returns: How many records were read or written.
  /// - Throws: As the service's operations; `noBlobStore` for a photo where there is no store for its bytes.
  @discardableResult
  public func run(_ operation: LifeOperation) async throws -> Int {
    let person = operation.person
    let members = members(of: person.couple)
    let user = person.isFirst ? members.first.user : members.second.user
    return operation.isWrite
      ? try await write(operation, user, members.couple)
      : try await service.read { try await read(operation, user, members.couple, in: &$0) }
  }

  private func read(
    _ operation: LifeOperation, _ user: RandomID, _ couple: RandomID,
    in reader: inout DatastoreSnapshot<Store>
  ) async throws -> Int {
    let size = Self.pageSize
    switch operation {
    case .openChat:
      return try await service.messaging.page(of: user, in: couple, limit: size, in: &reader)
        .entries.count
    case .scrollBack(_, let pages):
      var (count, cursor) = (0, PageCursor?.none)
      for _ in 0..<pages {
        let page = try await service.messaging.page(
          of: user, in: couple, limit: size, after: cursor, in: &reader)
        count += page.entries.count
        cursor = page.next
        if cursor == nil { break }
      }
      return count
    case .countUnread:
      _ = try await service.messaging.conversation(of: user, in: couple, in: &reader)
      return 1
    case .lookAtPhotos:
      return try await service.photos.photos(of: couple, limit: size, in: &reader).entries.count
    case .lookAtMonth(_, let year, let month):
      return try await service.calendar.month(month, of: year, of: couple, in: &reader).count
    default:
      let memo = try await service.memos.memos(
        of: couple, order: .descending, limit: 1, in: &reader
      ).entries.first
      guard let memo else { return 0 }
      return try await service.comments.comments(on: memo.key, limit: size, in: &reader)
        .entries.count
    }
  }

  private func write(
    _ operation: LifeOperation, _ user: RandomID, _ couple: RandomID
  ) async throws -> Int {
    switch operation {
    case .send(_, let text):
      _ = try await service.messaging.send(.text(text), from: user, in: couple)
    case .sendSticker(_, let name):
      _ = try await service.messaging.send(.sticker(name), from: user, in: couple)
    case .markRead: try await service.messaging.markRead(by: user, in: couple)
    case .writeMemo(_, let text): try await service.memos.write(text, by: user, in: couple)
    case .addEvent(_, let title, let date, let isYearly):
      try await service.calendar.add(
        .init(title, on: date, isYearly: isYearly), by: user, in: couple)
    case .comment(_, let text):
      return try await service.write { transaction in
        let memo = try await service.memos.memos(
          of: couple, order: .descending, limit: 1, in: &transaction
        ).entries.first
        guard let memo,
          try await transaction.count(.comment, of: memo.key) < BetweenLimits.commentsMax
        else { return 0 }
        _ = try await service.comments.write(text, by: user, on: memo.key, in: &transaction)
        return 1
      }
    case .addPhoto(_, let number):
      try await service.photos.add(try await photo(number), by: user, in: couple)
    default: return 0
    }
    return 1
  }

  /// Uploads the bytes of a photo that a number stands for.
  private func photo(_ number: UInt64) async throws -> Blob {
    #if Sodium
      var random = SplitMix64(seed: number)
      let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
      return try await service.upload(.bytes(bytes), type: "image/jpeg")
    #else
      throw BetweenError(.noBlobStore, "checksums of photos need the trait Sodium")
    #endif
  }
}

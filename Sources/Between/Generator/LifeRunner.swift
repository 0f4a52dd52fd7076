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
    /// The couple that they were first; after a break-up they may be another.
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

  /// Registers and pairs a couple, unless its users are there already; nobody can log in to its accounts.
  ///
  /// One transaction, durable as the service's. Throws errors of the transaction.
  public func create(_ couple: Int) async throws {
    let members = members(of: couple)
    try await service.write { transaction in
      if try await transaction.contains(Key(.user, members.first.user)) { return }
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

  /// Does an operation; what is refused because of what was done before is no error.
  ///
  /// Durable as the service's operations.
  ///
  /// - Parameter operation: What to do; its couple has been created.
  /// - Returns: What became of it.
  /// - Throws: As the service's operations, but for what ``LifeOutcome/refusal`` says; `noBlobStore` where a store for bytes is needed, and there is none.
  @discardableResult
  public func run(_ operation: LifeOperation) async throws -> LifeOutcome {
    let members = members(of: operation.person.couple)
    let (own, other) =
      operation.person.isFirst
      ? (members.first.user, members.second.user) : (members.second.user, members.first.user)
    var pair = LifePair(user: own, partner: other, couple: members.couple)
    do {
      do {
        return try await run(operation.action, by: pair)
      } catch let error as BetweenError where error.code == .notPaired {
        // Most have been the same couple for ever, so that it is looked up for the others alone.
        let user = try await service.read { try await $0.get(Key(.user, own)) }
        guard let couple = user?.relationshipID, couple != pair.couple else { throw error }
        pair.couple = couple
        return try await run(operation.action, by: pair)
      }
    } catch let error as BetweenError where LifeOutcome.refusals.contains(error.code) {
      var outcome = LifeOutcome()
      outcome.refusal = error.code
      return outcome
    }
  }

  private func run(_ action: LifeAction, by pair: LifePair) async throws -> LifeOutcome {
    var outcome = LifeOutcome()
    outcome.records = 1
    if !action.isWrite {
      outcome.records = try await service.read { try await read(action, by: pair, in: &$0) }
    } else if let content = try await content(of: action) {
      outcome.sent = try await send(content, by: pair)
    } else {
      try await write(action, by: pair)
    }
    return outcome
  }
}

/// Who does something, with whom.
struct LifePair {
  var user: RandomID
  var partner: RandomID
  /// The couple that they are, or were.
  var couple: RandomID
}

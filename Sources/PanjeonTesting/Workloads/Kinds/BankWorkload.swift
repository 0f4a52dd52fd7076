// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Transfers between accounts: the total is always the same, and no balance is below zero.
public struct BankWorkload: Workload {
  private static let accounts = 12
  private static let balance = 100

  private let seed: UInt64

  /// Creates the workload of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// Every account gets what it begins with.
  public var first: [WorkloadTransaction] {
    [
      WorkloadTransaction(
        (0..<Self.accounts).map {
          .write(.int($0), StateValue.value(Self.balance, by: -1))
        })
    ]
  }

  /// A transfer, or one time in four a read of all accounts.
  public func transaction(_ number: Int) -> WorkloadTransaction {
    var random = SplitMix64(seed: seed, transaction: number)
    if random.below(4) == 0 { return Self.readAll }
    let source = random.below(Self.accounts)
    let target = (source + 1 + random.below(Self.accounts - 1)) % Self.accounts
    let amount = 1 + random.below(60)
    return WorkloadTransaction { done in
      switch done.count {
      case 0: return .read(.int(source), nil)
      case 1: return .read(.int(target), nil)
      case 2, 3:
        guard let from = StateValue.number(done[0]), let to = StateValue.number(done[1]),
          from >= amount
        else { return nil }
        return done.count == 2
          ? .write(.int(source), StateValue.value(from - amount, by: number))
          : .write(.int(target), StateValue.value(to + amount, by: number))
      default: return nil
      }
    }
  }

  /// Reads all accounts.
  public func last(after count: Int) -> [WorkloadTransaction] { [Self.readAll] }

  private static var readAll: WorkloadTransaction {
    WorkloadTransaction((0..<accounts).map { .read(.int($0), nil) })
  }

  /// Reads of all accounts whose total is wrong, and balances below zero.
  public func violations(in history: History) -> [String] {
    history.violations { operations in
      let reads = operations.compactMap { $0.register }
      let balances = reads.map { $0.value.flatMap(StateValue.state).flatMap { Int($0) } ?? 0 }
      if let least = balances.min(), least < 0 { return "a balance of \(least) was read" }
      guard Set(reads.map(\.key)).count == Self.accounts, operations.allSatisfy({ !$0.isWrite })
      else { return nil }
      let total = balances.reduce(0, +)
      if total == Self.accounts * Self.balance { return nil }
      return "all accounts together hold \(total), not \(Self.accounts * Self.balance)"
    }
  }
}

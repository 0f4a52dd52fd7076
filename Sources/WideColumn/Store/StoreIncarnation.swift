// SPDX-License-Identifier: Apache-2.0

/// Which store this is: 128 random bits, given when it is created and kept by its checkpoints and restored copies.
public struct StoreIdentity: Hashable, Sendable, CustomStringConvertible {
  /// The upper 64 bits.
  public let high: UInt64

  /// The lower 64 bits.
  public let low: UInt64

  /// Creates an identity from its halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The identity as 32 hexadecimal digits.
  public var description: String { high.hexadecimalDigits + low.hexadecimalDigits }
}

/// Which life of which store this is.
///
/// A store begins its first life when it is created, and lives on through crashes and reopening. A checkpoint and a
/// restored backup begin another, of their own: what a client of one life has under way (a lock, a commit whose outcome it
/// does not know) it must not go on with in another, where the rows may be those of an earlier day. Two lives never compare
/// equal, not even of two copies restored from one backup. The idea of fencing by epochs (Chubby's sequencers, OSDI 2006).
public struct StoreIncarnation: Hashable, Sendable, CustomStringConvertible {
  /// The store, the same in all its lives.
  public let store: StoreIdentity

  /// How many lives led to this one, this one counted: one for a store that was created here.
  public let number: UInt64

  /// Random bits, which tell two lives from one another that came from the same one.
  public let nonce: UInt64

  /// Creates an incarnation from its parts.
  public init(store: StoreIdentity, number: UInt64, nonce: UInt64) {
    self.store = store
    self.number = number
    self.nonce = nonce
  }

  /// What a store has that cannot tell: one that knows no lives, or that an older version of the library wrote and that has
  /// not been opened for writing since.
  public static let unknown = StoreIncarnation(
    store: StoreIdentity(high: 0, low: 0), number: 0, nonce: 0)

  /// The store in hexadecimal, the number, and the nonce in hexadecimal.
  public var description: String { "\(store)-\(number)-\(nonce.hexadecimalDigits)" }
}

extension UInt64 {
  /// The number as 16 hexadecimal digits.
  package var hexadecimalDigits: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

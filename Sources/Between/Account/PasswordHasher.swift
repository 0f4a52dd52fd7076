// SPDX-License-Identifier: Apache-2.0

/// Makes of a password what may be stored, and tells whether a password is the one that was.
///
/// Called outside transactions. Both may take long and much memory: an implementation runs them away from Swift's cooperative pool, a few at a time.
public protocol PasswordHasher: Sendable {
  /// Hashes a password, with a salt of its own; the result says how it was made.
  ///
  /// Throws `BetweenError` `passwordHashing`.
  func hash(_ password: String) async throws -> String

  /// Whether a hash was made of a password; false for what is no hash.
  ///
  /// Throws `BetweenError` `passwordHashing`.
  func verify(_ password: String, against hash: String) async throws -> Bool

  /// Whether a hash was made with less work than is used now, so that it is to be made anew at the next log-in; one of more work is kept.
  func isOutdated(_ hash: String) -> Bool

  /// Whether a hash from elsewhere, of an import say, may be stored: it is one of bounded work, or lets nobody in.
  ///
  /// By default: one of Argon2id over at most 1 GiB in at most 10 passes, or `!`.
  func accepts(_ hash: String) -> Bool
}

extension PasswordHasher {
  /// Whether a hash is one of Argon2id over at most 1 GiB in at most 10 passes, or `!`, which no password matches.
  public func accepts(_ hash: String) -> Bool {
    hash == "!" || ArgonParameters(hash: hash) != nil
  }
}

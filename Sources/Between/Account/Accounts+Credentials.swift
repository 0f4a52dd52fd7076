// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension Accounts {
  /// Tells whose the credentials are.
  ///
  /// Reads the rows of the address and of the account at a snapshot. Where nobody has the address, or it is none, a password is hashed all the same, which is the work of verifying one, so that the
  /// time does not tell. A hash that was made with less work than today's is made anew, in a transaction of its own; that this fails is no failure of the log-in.
  ///
  /// - Parameters:
  ///   - email: The address, in any case.
  ///   - password: The password.
  /// - Returns: The ids.
  /// - Throws: `wrongCredentials`, `passwordHashing`; errors of the store.
  public func logIn(email: String, password: String) async throws -> Registration {
    guard password.utf8.count <= BetweenLimits.passwordBytesMax else {
      throw Self.wrongCredentials
    }
    guard let found = try await account(ofAddress: email), let id: RandomID = found.key.id() else {
      _ = try await service.passwords.hash(password)
      throw Self.wrongCredentials
    }
    let hash = found.record.passwordHash
    guard try await service.passwords.verify(password, against: hash) else {
      throw Self.wrongCredentials
    }
    if service.passwords.isOutdated(hash) {
      // The password was right: the hash is made anew now or at the next log-in.
      _ = try? await setPassword(of: id, to: password, replacing: hash)
    }
    return Registration(account: id, user: found.record.userID)
  }

  private func account(ofAddress text: String) async throws -> Entry<Account>? {
    guard let email = EmailAddress(text) else { return nil }
    return try await service.read { reader in
      try await reader.first(Account.byEmail, equalTo: email.normalized)
    }
  }

  /// Changes the password of an account for who knows the old one.
  ///
  /// Reads the account at a snapshot, and hashes outside the transaction, which reads and writes the account's row and does nothing if the password has been changed meanwhile.
  ///
  /// - Parameters:
  ///   - account: The account.
  ///   - old: The password so far.
  ///   - new: The new one, 1 to 1,024 bytes.
  /// - Throws: `noSuchAccount`, `accountClosed`; `wrongCredentials`, also when another change came first; `invalidPassword`, `passwordHashing`; errors of the transaction.
  public func changePassword(
    of account: RandomID, from old: String, to new: String
  ) async throws {
    try Self.check(password: new)
    let record = try await service.read { try await openAccount(account, in: &$0) }
    guard old.utf8.count <= BetweenLimits.passwordBytesMax,
      try await service.passwords.verify(old, against: record.passwordHash),
      try await setPassword(of: account, to: new, replacing: record.passwordHash)
    else { throw Self.wrongCredentials }
  }

  /// Gives an account a password, whatever it had: for who has shown in another way to be its owner, by a letter to the address, say.
  ///
  /// Hashes outside the transaction, which reads and writes the account's row. Strictly serializable. Who is logged in stays so: sessions are the server's.
  ///
  /// - Parameters:
  ///   - account: The account.
  ///   - password: The password, 1 to 1,024 bytes.
  /// - Throws: `noSuchAccount`, `accountClosed`, `invalidPassword`, `passwordHashing`; errors of the transaction.
  public func setPassword(of account: RandomID, to password: String) async throws {
    try Self.check(password: password)
    _ = try await service.read { try await openAccount(account, in: &$0) }
    try await setPassword(of: account, to: password, replacing: nil)
  }

  /// The account that has an address; nil when none has: to send its owner a letter.
  ///
  /// Two reads of the reader's moment, of the address's row and of the account's. **Who may know that an address has an account is the server's to decide.** Throws errors of the reader.
  public func account(
    ofEmail email: EmailAddress, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Entry<Account>? {
    try await reader.first(Account.byEmail, equalTo: email.normalized)
  }

  /// Stores the hash of a password, unless another one than `hash` is stored; returns whether it did.
  @discardableResult
  private func setPassword(
    of account: RandomID, to password: String, replacing hash: String?
  ) async throws -> Bool {
    let new = try await service.passwords.hash(password)
    return try await service.write { transaction in
      var record = try await openAccount(account, in: &transaction)
      if let hash, record.passwordHash != hash { return false }
      record.passwordHash = new
      try await transaction.put(record, at: Key(.account, account))
      return true
    }
  }
}

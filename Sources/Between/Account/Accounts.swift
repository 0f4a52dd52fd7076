// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
public import WideColumn

/// Accounts and users.
public struct Accounts<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// What registering has made.
  public struct Registration: Hashable, Sendable {
    /// The account.
    public var account: RandomID
    /// The user.
    public var user: RandomID

    /// Joins two ids.
    public init(account: RandomID, user: RandomID) {
      self.account = account
      self.user = user
    }
  }

  /// Creates an account with its user.
  ///
  /// The password is hashed first, outside the transaction, which writes a row each of `account`, `user` and `email_account`.
  ///
  /// - Parameters:
  ///   - email: The address, which no other account has.
  ///   - password: The password, 1 to 1,024 bytes.
  ///   - name: The user's name, 1 to 256 bytes.
  /// - Returns: The ids.
  /// - Throws: `invalidEmail`, `emailTaken`, `invalidPassword`, `invalidName`, `passwordHashing`; errors of the transaction.
  public func register(
    email: String, password: String, name: String
  ) async throws -> Registration {
    guard let email = EmailAddress(email) else { throw Self.invalidEmail }
    try Self.check(name: name)
    try Self.check(password: password)
    let hash = try await service.passwords.hash(password)
    let registration = Registration(
      account: service.random.randomID(), user: service.random.randomID())
    return try await service.write { transaction in
      try await create(
        registration, email: email, passwordHash: hash, name: name, in: &transaction)
    }
  }

  /// Creates an account of given ids, whose password has been hashed.
  ///
  /// - Parameters:
  ///   - registration: The ids, from ``newRegistration()``.
  ///   - email: The address.
  ///   - passwordHash: What the hasher made of the password; what is no hash lets nobody in.
  ///   - name: The user's name.
  ///   - transaction: The transaction to do it in.
  /// - Returns: The ids.
  /// - Throws: `emailTaken`, `invalidName`; errors of the transaction.
  @discardableResult
  public func create(
    _ registration: Registration, email: EmailAddress, passwordHash: String, name: String,
    in transaction: inout Transaction<Store>
  ) async throws -> Registration {
    try Self.check(name: name)
    let account = Account(
      email: email.text, passwordHash: passwordHash, userID: registration.user,
      createdAt: service.now)
    let user = User(name: name, accountID: registration.account, createdAt: service.now)
    do {
      try await transaction.insert(account, at: Key(.account, registration.account))
    } catch let error as DatastoreError where error.code == .uniqueViolation {
      throw Self.emailTaken
    }
    try await transaction.insert(user, at: Key(.user, registration.user))
    return registration
  }

  /// Draws the ids of a new account and its user.
  public func newRegistration() -> Registration {
    Registration(account: service.random.randomID(), user: service.random.randomID())
  }

  /// Tells whose the credentials are.
  ///
  /// Reads at a snapshot; where nobody has the address, a password is hashed all the same, so that the time does not tell. A hash of other limits than today's is made
  /// anew, in a transaction of its own.
  ///
  /// - Returns: The ids.
  /// - Throws: `wrongCredentials`, `passwordHashing`; errors of the store.
  public func logIn(email: String, password: String) async throws -> Registration {
    guard password.utf8.count <= BetweenLimits.passwordBytesMax else {
      throw Self.wrongCredentials
    }
    let found = try await service.read { reader in
      try await reader.first(Account.byEmail, equalTo: EmailAddress.normalize(email))
    }
    guard let found, let id: RandomID = found.key.id() else {
      _ = try await service.passwords.hash(password)
      throw Self.wrongCredentials
    }
    let hash = found.record.passwordHash
    guard try await service.passwords.verify(password, against: hash) else {
      throw Self.wrongCredentials
    }
    if service.passwords.isOutdated(hash) {
      try await setPassword(of: id, to: password, replacing: hash)
    }
    return Registration(account: id, user: found.record.userID)
  }

  /// Changes the password of an account.
  ///
  /// Throws `noSuchAccount`, `wrongCredentials`, also when another change came first; `invalidPassword`, `passwordHashing`; errors of the transaction.
  public func changePassword(
    of account: RandomID, from old: String, to new: String
  ) async throws {
    try Self.check(password: new)
    let record = try await service.read { try await self.account(account, in: &$0) }
    guard try await service.passwords.verify(old, against: record.passwordHash) else {
      throw Self.wrongCredentials
    }
    let isChanged = try await setPassword(of: account, to: new, replacing: record.passwordHash)
    if !isChanged { throw Self.wrongCredentials }
  }

  @discardableResult
  private func setPassword(
    of account: RandomID, to password: String, replacing hash: String
  ) async throws -> Bool {
    let new = try await service.passwords.hash(password)
    return try await service.write { transaction in
      var record = try await self.account(account, in: &transaction)
      guard record.passwordHash == hash else { return false }
      record.passwordHash = new
      try await transaction.put(record, at: Key(.account, account))
      return true
    }
  }

  /// Changes the address of an account; the old one is free with the commit.
  ///
  /// Throws `invalidEmail`, `emailTaken`, `noSuchAccount`; errors of the transaction.
  public func changeEmail(of account: RandomID, to email: String) async throws {
    guard let email = EmailAddress(email) else { throw Self.invalidEmail }
    try await service.write { transaction in
      var record = try await self.account(account, in: &transaction)
      record.email = email.text
      do {
        try await transaction.put(record, at: Key(.account, account))
      } catch let error as DatastoreError where error.code == .uniqueViolation {
        throw Self.emailTaken
      }
    }
  }

  /// Changes a user's name.
  ///
  /// Throws `invalidName`, `noSuchUser`; errors of the transaction.
  public func rename(_ user: RandomID, to name: String) async throws {
    try Self.check(name: name)
    try await service.write { transaction in
      var record = try await self.user(user, in: &transaction)
      record.name = name
      try await transaction.put(record, at: Key(.user, user))
    }
  }

  /// Reads an account.
  ///
  /// Throws `noSuchAccount`; errors of the reader.
  public func account(
    _ id: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Account {
    guard let account = try await reader.get(Key(.account, id)) else {
      throw BetweenError(.noSuchAccount, "there is no account \(id)")
    }
    return account
  }

  /// Reads a user.
  ///
  /// Throws `noSuchUser`; errors of the reader.
  public func user(
    _ id: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> User {
    guard let user = try await reader.get(Key(.user, id)) else {
      throw BetweenError(.noSuchUser, "there is no user \(id)")
    }
    return user
  }

  private static func check(name: String) throws(BetweenError) {
    guard (1...BetweenLimits.nameBytesMax).contains(name.utf8.count) else {
      throw BetweenError(.invalidName, "a name has 1 to \(BetweenLimits.nameBytesMax) bytes")
    }
  }

  private static func check(password: String) throws(BetweenError) {
    guard (1...BetweenLimits.passwordBytesMax).contains(password.utf8.count) else {
      throw BetweenError(
        .invalidPassword, "a password has 1 to \(BetweenLimits.passwordBytesMax) bytes")
    }
  }

  private static var invalidEmail: BetweenError {
    BetweenError(.invalidEmail, "this is no address of an e-mail")
  }

  private static var emailTaken: BetweenError {
    BetweenError(.emailTaken, "another account has this address")
  }

  private static var wrongCredentials: BetweenError {
    BetweenError(.wrongCredentials, "the address or the password is wrong")
  }
}

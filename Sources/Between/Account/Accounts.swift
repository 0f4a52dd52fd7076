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
  /// The password is hashed first, outside the transaction, which writes a row each of `account`, `user` and `email_account`, and reads the last. Strictly serializable: of two who register one address, one gets it.
  ///
  /// - Parameters:
  ///   - email: The address, which no other account has.
  ///   - password: The password, 1 to 1,024 bytes.
  ///   - name: The user's name, 1 to 256 bytes, and something in it to be seen.
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

  /// Changes the address of an account; the old one is free with the commit.
  ///
  /// Reads and writes the account's row, and writes those of both addresses in `email_account`. Strictly serializable.
  ///
  /// Throws `invalidEmail`, `emailTaken`, `noSuchAccount`, `accountClosed`; errors of the transaction.
  public func changeEmail(of account: RandomID, to email: String) async throws {
    guard let email = EmailAddress(email) else { throw Self.invalidEmail }
    try await service.write { transaction in
      var record = try await openAccount(account, in: &transaction)
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
  /// Reads and writes the user's row. Strictly serializable. Throws `invalidName`, `noSuchUser`, `accountClosed`; errors of the transaction.
  public func rename(_ user: RandomID, to name: String) async throws {
    try Self.check(name: name)
    try await service.write { transaction in
      var record = try await openUser(user, in: &transaction)
      record.name = name
      try await transaction.put(record, at: Key(.user, user))
    }
  }

  /// Reads an account, a closed one too.
  ///
  /// One read, of the reader's moment. Throws `noSuchAccount`; errors of the reader.
  public func account(
    _ id: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Account {
    guard let account = try await reader.get(Key(.account, id)) else {
      throw BetweenError(.noSuchAccount, "there is no account \(id)")
    }
    return account
  }

  /// Reads a user, one whose account is closed too.
  ///
  /// One read, of the reader's moment. Throws `noSuchUser`; errors of the reader.
  public func user(
    _ id: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> User {
    guard let user = try await reader.get(Key(.user, id)) else {
      throw BetweenError(.noSuchUser, "there is no user \(id)")
    }
    return user
  }

  /// Reads an account that has not been closed.
  func openAccount(
    _ id: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Account {
    let account = try await account(id, in: &reader)
    guard !account.email.isEmpty else { throw Self.closed }
    return account
  }

  /// Reads a user whose account has not been closed.
  func openUser(
    _ id: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> User {
    let user = try await user(id, in: &reader)
    guard user.closedAt == nil else { throw Self.closed }
    return user
  }

  private static var closed: BetweenError {
    BetweenError(.accountClosed, "the account has been closed")
  }

  private static func check(name: String) throws(BetweenError) {
    guard name.utf8.count <= BetweenLimits.nameBytesMax, name.showsSomething else {
      throw BetweenError(
        .invalidName,
        "a name has something to be seen, and \(BetweenLimits.nameBytesMax) bytes at the most")
    }
  }

  static func check(password: String) throws(BetweenError) {
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

  static var wrongCredentials: BetweenError {
    BetweenError(.wrongCredentials, "the address or the password is wrong")
  }
}

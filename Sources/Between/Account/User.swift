// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
public import WideColumn

/// A person.
public struct User: Hashable, Sendable {
  /// The user's id, the key of its row.
  public let id: ObjectID
  /// The name shown to the partner.
  public var name: String
  /// The account the user belongs to.
  public var accountID: ObjectID
  /// The couple the user is in, if any.
  public var relationshipID: ObjectID?
  var unknown = Bytes()

  static let qualifier = Qualifier.metadata(of: .profile)

  init(id: ObjectID, name: String, accountID: ObjectID) {
    self.id = id
    self.name = name
    self.accountID = accountID
  }

  func encode() -> Bytes {
    var writer = FieldWriter()
    writer.append(1, Bytes(utf8: name))
    writer.append(2, accountID.bytes)
    writer.append(3, relationshipID?.bytes ?? Bytes())
    writer.append(unknown: unknown)
    return Bytes(writer.bytes)
  }

  package init(id: ObjectID, decoding bytes: Bytes) throws(BetweenError) {
    var name = ""
    var account: ObjectID?
    var relationship: ObjectID?
    var reader = FieldReader(bytes)
    try reader.readAll { field, value in
      switch (field, value) {
      case (1, .bytes(let text)): name = text.utf8String ?? ""
      case (2, .bytes(let id)): account = ObjectID(id)
      case (3, .bytes(let id)): relationship = ObjectID(id)
      default: return false
      }
      return true
    }
    guard let account else { throw .malformedRecord }
    self.init(id: id, name: name, accountID: account)
    relationshipID = relationship
    unknown = Bytes(reader.unknown)
  }
}

/// Accounts and users.
public enum Accounts {
  /// Creates an account with its user.
  ///
  /// - Parameters:
  ///   - name: The user's name.
  ///   - generator: Gives the ids.
  ///   - transaction: The transaction to do it in.
  /// - Returns: The user.
  /// - Throws: Errors of the transaction.
  public static func create<Store: AtomicBatchStore>(
    name: String, using generator: inout some RandomNumberGenerator,
    in transaction: inout Transaction<Store>
  ) throws -> User {
    let user = User(
      id: ObjectID(using: &generator), name: name, accountID: ObjectID(using: &generator))
    var account = Put(user.accountID.bytes)
    var record = FieldWriter()
    record.append(1, user.id.bytes)
    account.add(
      family: BetweenSchema.dataFamily, qualifier: User.qualifier, value: Bytes(record.bytes))
    try transaction.put(account, in: BetweenSchema.account)
    try save(user, in: &transaction)
    return user
  }

  /// Reads a user.
  ///
  /// - Parameters:
  ///   - id: The user's id.
  ///   - transaction: The transaction to read in.
  /// - Returns: The user.
  /// - Throws: `noSuchUser`; errors of the transaction.
  public static func user<Store: AtomicBatchStore>(
    _ id: ObjectID, in transaction: inout Transaction<Store>
  ) async throws -> User {
    var columns = ColumnSelection()
    columns.add(family: BetweenSchema.dataFamily, qualifier: User.qualifier)
    let row = try await transaction.get(Get(id.bytes, columns: columns), in: BetweenSchema.user)
    guard
      let record = row?.value(family: BetweenSchema.dataFamily, qualifier: User.qualifier)
    else { throw BetweenError.noSuchUser }
    return try User(id: id, decoding: record)
  }

  static func save<Store: AtomicBatchStore>(
    _ user: User, in transaction: inout Transaction<Store>
  ) throws {
    var put = Put(user.id.bytes)
    put.add(
      family: BetweenSchema.dataFamily, qualifier: User.qualifier, value: user.encode())
    try transaction.put(put, in: BetweenSchema.user)
  }
}

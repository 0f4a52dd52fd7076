// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
public import WideColumn

/// A couple.
public struct Relationship: Hashable, Sendable {
  /// The couple's id, the key of its row.
  public let id: ObjectID
  /// The first of the two.
  public let first: ObjectID
  /// The second of the two.
  public let second: ObjectID
  var unknown = Bytes()

  static let qualifier = Qualifier.metadata(of: .profile)

  /// The other of the two; nil for a stranger.
  public func partner(of user: ObjectID) -> ObjectID? {
    if user == first { return second }
    return user == second ? first : nil
  }

  init(id: ObjectID, first: ObjectID, second: ObjectID) {
    self.id = id
    self.first = first
    self.second = second
  }

  func encode() -> Bytes {
    var writer = FieldWriter()
    writer.append(1, first.bytes)
    writer.append(2, second.bytes)
    writer.append(unknown: unknown)
    return Bytes(writer.bytes)
  }

  package init(id: ObjectID, decoding bytes: Bytes) throws(BetweenError) {
    var first: ObjectID?
    var second: ObjectID?
    var reader = FieldReader(bytes)
    try reader.readAll { field, value in
      switch (field, value) {
      case (1, .bytes(let id)): first = ObjectID(id)
      case (2, .bytes(let id)): second = ObjectID(id)
      default: return false
      }
      return true
    }
    guard let first, let second else { throw .malformedRecord }
    self.init(id: id, first: first, second: second)
    unknown = Bytes(reader.unknown)
  }
}

/// Couples.
public enum Couples {
  /// Makes two users a couple.
  ///
  /// - Parameters:
  ///   - first: One user.
  ///   - second: The other.
  ///   - generator: Gives the couple's id.
  ///   - transaction: The transaction to do it in.
  /// - Returns: The couple.
  /// - Throws: `sameUser`, `noSuchUser`, `alreadyPaired`; errors of the transaction.
  public static func pair<Store: AtomicBatchStore>(
    _ first: ObjectID, _ second: ObjectID, using generator: inout some RandomNumberGenerator,
    in transaction: inout Transaction<Store>
  ) async throws -> Relationship {
    guard first != second else { throw BetweenError.sameUser }
    let couple = Relationship(id: ObjectID(using: &generator), first: first, second: second)
    for id in [first, second] {
      var user = try await Accounts.user(id, in: &transaction)
      guard user.relationshipID == nil else { throw BetweenError.alreadyPaired }
      user.relationshipID = couple.id
      try Accounts.save(user, in: &transaction)
    }
    var put = Put(couple.id.bytes)
    put.add(
      family: BetweenSchema.dataFamily, qualifier: Relationship.qualifier, value: couple.encode())
    try transaction.put(put, in: BetweenSchema.relationship)
    return couple
  }

  /// Reads a couple's profile.
  ///
  /// - Parameters:
  ///   - id: The couple's id.
  ///   - transaction: The transaction to read in.
  /// - Returns: The couple.
  /// - Throws: `notPaired` when there is no such couple; errors of the transaction.
  public static func relationship<Store: AtomicBatchStore>(
    _ id: ObjectID, in transaction: inout Transaction<Store>
  ) async throws -> Relationship {
    var columns = ColumnSelection()
    columns.add(family: BetweenSchema.dataFamily, qualifier: Relationship.qualifier)
    let row = try await transaction.get(
      Get(id.bytes, columns: columns), in: BetweenSchema.relationship)
    guard
      let record = row?.value(family: BetweenSchema.dataFamily, qualifier: Relationship.qualifier)
    else { throw BetweenError.notPaired }
    return try Relationship(id: id, decoding: record)
  }
}

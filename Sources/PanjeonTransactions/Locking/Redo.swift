// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The changes that a commit in two phases makes to a row once it has been decided, as they lie beside its lock.
///
/// Puts and deletes only, with the timestamps that they are to bear: made twice they come to the same. What depends on what a row
/// holds, an increment for instance, is resolved before. See the page *Formats/RedoFormat*.
public struct Redo: Hashable, Sendable {
  /// The changes, in their order.
  public var mutations: [Mutation]

  /// Creates a redo.
  public init(_ mutations: [Mutation]) {
    self.mutations = mutations
  }

  private static let format: UInt8 = 1

  /// The changes as they are stored.
  ///
  /// - Precondition: There are puts and deletes only, and every put has a timestamp.
  public func encode() -> Bytes {
    var encoder = FieldEncoder()
    encoder.append(Self.format)
    encoder.append(UInt32(mutations.count))
    for mutation in mutations { encoder.append(mutation) }
    return encoder.written
  }

  /// Decodes stored changes; nil when they are none that this version knows.
  public init?(decoding bytes: Bytes) {
    var decoder = FieldDecoder(bytes)
    guard decoder.byte() == Self.format, let count: UInt32 = decoder.integer(),
      count <= decoder.left
    else { return nil }
    mutations = []
    for _ in 0..<count {
      guard let mutation = decoder.mutation() else { return nil }
      mutations.append(mutation)
    }
    if decoder.left > 0 { return nil }
  }
}

/// What each kind of change is written as; new kinds get new numbers.
private enum Kind: UInt8 {
  case put = 1
  case putWithTimeToLive = 2
  case deleteVersion = 3
  case deleteColumnUpTo = 4
  case deleteColumn = 5
  case deleteFamilyUpTo = 6
  case deleteFamily = 7
  case deleteFamilyVersion = 8
  case deleteRowUpTo = 9
  case deleteRow = 10
}

extension FieldEncoder {
  fileprivate mutating func append(_ mutation: Mutation) {
    switch mutation {
    case .put(let column, let timestamp?, let value, let timeToLive):
      append(timeToLive == nil ? .put : .putWithTimeToLive, column, timestamp)
      append(value)
      if let timeToLive { append(timeToLive.microsecondsToLive ?? 1) }
    case .deleteVersion(let column, let timestamp): append(.deleteVersion, column, timestamp)
    case .deleteColumn(let column, let upTo):
      append(upTo == nil ? .deleteColumn : .deleteColumnUpTo, column, upTo)
    case .deleteFamily(let family, let upTo):
      append(upTo == nil ? .deleteFamily : .deleteFamilyUpTo, family, upTo)
    case .deleteFamilyVersion(let family, let timestamp):
      append(.deleteFamilyVersion, family, timestamp)
    case .deleteRow(let upTo):
      append((upTo == nil ? Kind.deleteRow : .deleteRowUpTo).rawValue)
      if let upTo { append(upTo.microseconds) }
    case .put(_, nil, _, _), .increment, .append, .minimum, .maximum:
      preconditionFailure("a redo holds what is resolved")
    }
  }

  private mutating func append(_ kind: Kind, _ column: Column, _ timestamp: Timestamp?) {
    append(kind.rawValue)
    append(column.family)
    append(column.qualifier)
    if let timestamp { append(timestamp.microseconds) }
  }

  private mutating func append(_ kind: Kind, _ family: String, _ timestamp: Timestamp?) {
    append(kind.rawValue)
    append(family)
    if let timestamp { append(timestamp.microseconds) }
  }
}

extension FieldDecoder {
  fileprivate mutating func mutation() -> Mutation? {
    guard let kind = byte().flatMap(Kind.init(rawValue:)) else { return nil }
    switch kind {
    case .put, .putWithTimeToLive:
      guard let column = column(), let timestamp = timestamp(), let value = field() else {
        return nil
      }
      if kind == .put { return .put(column, timestamp: timestamp, value: value) }
      guard let micros: Int64 = integer(), micros > 0 else { return nil }
      return .put(column, timestamp: timestamp, value: value, timeToLive: .microseconds(micros))
    case .deleteVersion:
      guard let column = column(), let timestamp = timestamp() else { return nil }
      return .deleteVersion(column, timestamp: timestamp)
    case .deleteColumnUpTo:
      guard let column = column(), let timestamp = timestamp() else { return nil }
      return .deleteColumn(column, upTo: timestamp)
    case .deleteColumn: return column().map { .deleteColumn($0, upTo: nil) }
    case .deleteFamilyUpTo:
      guard let family = text(), let timestamp = timestamp() else { return nil }
      return .deleteFamily(family, upTo: timestamp)
    case .deleteFamily: return text().map { .deleteFamily($0, upTo: nil) }
    case .deleteFamilyVersion:
      guard let family = text(), let timestamp = timestamp() else { return nil }
      return .deleteFamilyVersion(family, timestamp: timestamp)
    case .deleteRowUpTo: return timestamp().map { .deleteRow(upTo: $0) }
    case .deleteRow: return .deleteRow(upTo: nil)
    }
  }

  private mutating func column() -> Column? {
    guard let family = text(), let qualifier = field() else { return nil }
    return Column(family: family, qualifier: qualifier)
  }

  private mutating func timestamp() -> Timestamp? {
    let microseconds: Int64? = integer()
    return microseconds.map(Timestamp.init(microseconds:))
  }
}

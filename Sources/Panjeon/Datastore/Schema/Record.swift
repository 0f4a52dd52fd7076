// SPDX-License-Identifier: Apache-2.0

/// A type whose values are kept in a ``Datastore``.
///
/// ```swift
/// struct Photo: Record {
///   static let objectType = ObjectType<Photo>(5, "photo")
///   static let byDate = Index(30, "photo_by_date", on: \Photo.takenAt)
///   static var indexes: [IndexDefinition<Photo>] { [byDate.definition] }
///
///   var takenAt: Date
///   var caption: String?
///
///   enum CodingKeys: Int, CodingKey { case takenAt = 1, caption = 2 }
/// }
/// ```
///
/// A coding key with an integer is the stable number of a field, one with a name alone its stable name. Fields that a program does not know stay as they are
/// when it writes the record. A record does not hold its own key.
public protocol Record: Codable, Sendable {
  /// Number, name and, for a root, the table.
  static var objectType: ObjectType<Self> { get }

  /// The indexes over it; none by default.
  static var indexes: [IndexDefinition<Self>] { get }

  /// The large values that it refers to, which are kept for as long as it does; nil, by default: none.
  ///
  /// Each must have been put by ``Datastore/putBlob(_:type:in:key:)``, or made known by ``Datastore/adoptBlob(_:in:)``. Up to 256 records may refer to the same one.
  static var blobs: (@Sendable (Self) -> [Blob])? { get }

  /// What is done before and after it is changed, in this order; nothing by default.
  static var triggers: [any Trigger<Self>] { get }
}

extension Record {
  /// None.
  public static var indexes: [IndexDefinition<Self>] { [] }

  /// None.
  public static var blobs: (@Sendable (Self) -> [Blob])? { nil }

  /// None.
  public static var triggers: [any Trigger<Self>] { [] }
}

/// A record with its key.
public struct Entry<R: Record>: Sendable {
  /// The key.
  public var key: Key<R>
  /// The record.
  public var record: R

  /// Joins both.
  public init(key: Key<R>, record: R) {
    self.key = key
    self.record = record
  }
}

extension Entry: Equatable where R: Equatable {}
extension Entry: Hashable where R: Hashable {}

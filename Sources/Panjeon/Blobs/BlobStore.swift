// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Where large values go, each under a random key: a directory, a service, or whatever else keeps bytes by name.
///
/// A value is put once and never changed: another value gets another key. A record in the database holds its ``Blob``; a value
/// that no committed record names is garbage, and one that a record names must not be deleted. So put first, commit the
/// record afterwards, and delete only what no record names any more.
///
/// ```swift
/// let blob = try await blobs.put(.bytes(jpeg), type: "image/jpeg")
/// // ... a transaction writes a record that holds `blob` ...
/// let bytes = try await blobs.get(blob)
/// ```
///
/// Each call may be made from any number of tasks at once, and may be repeated after any error: putting the same value again
/// and deleting what is gone are harmless. After an error of `unavailable`, `io` or `cancelled` a put value may be there or
/// not, and never is a part of one.
public protocol BlobStore: Sendable {
  /// How many bytes a value that is put from memory, or a part that is read, may have at the most.
  var bytesMax: Int { get }

  /// Puts a value under its key; the value is whole and durable when it returns (how durable the store's own page says).
  ///
  /// Nobody sees a part of it at any time, not even after a crash.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - blob: The key, and what the bytes are: a source of another size is refused.
  /// - Throws: `tooLarge`, `invalidArgument`, `checksumMismatch` when the source is not what `blob` says (as far as that is looked at: the
  ///   size always), and errors of the store.
  func put(_ source: BlobSource, as blob: Blob) async throws(BlobError)

  /// All of a value, unchecked; see ``get(_:)-(Blob)`` for a checked one.
  ///
  /// Throws `notFound`; `tooLarge` when there are more than ``bytesMax`` bytes; errors of the store.
  func get(_ key: BlobKey) async throws(BlobError) -> Bytes

  /// A part of a value, unchecked: a checksum is of the whole.
  ///
  /// - Parameters:
  ///   - key: The value.
  ///   - range: Which bytes, counted from zero; the whole range must lie within the value.
  /// - Returns: Exactly as many bytes as asked for.
  /// - Throws: `notFound`; `invalidArgument` when the range reaches behind the value's end; `tooLarge` when it has more than
  ///   ``bytesMax`` bytes; errors of the store.
  func get(_ key: BlobKey, _ range: Range<UInt64>) async throws(BlobError) -> Bytes

  /// How many bytes a value has; nil when there is none under the key.
  func size(of key: BlobKey) async throws(BlobError) -> UInt64?

  /// Removes a value, if it is there; it is gone for good when it returns.
  func delete(_ key: BlobKey) async throws(BlobError)

  /// The keys of all values, a page at a time, ascending: for audits.
  ///
  /// Values that are put or deleted while pages are read may be among them or not; all others are, once each.
  ///
  /// - Parameters:
  ///   - key: Where the page begins: with the first key that is greater; nil for the first page.
  ///   - countMax: How many keys at the most; 1 to 1000.
  /// - Returns: The page. It may be shorter than asked for, though there are more.
  /// - Throws: `invalidArgument`, errors of the store.
  func keys(after key: BlobKey?, countMax: Int) async throws(BlobError) -> BlobPage
}

/// Some keys of a ``BlobStore``.
public struct BlobPage: Hashable, Sendable {
  /// How many keys a page may have at the most.
  public static let countMax = 1000

  /// The keys, ascending.
  public var keys: [BlobKey]

  /// What to ask for the next page with; nil when this is the last one.
  public var next: BlobKey?

  /// Creates a page.
  public init(keys: [BlobKey], next: BlobKey?) {
    self.keys = keys
    self.next = next
  }

  /// Throws `invalidArgument` unless a page may have so many keys.
  package static func validate(_ countMax: Int) throws(BlobError) {
    guard (1...Self.countMax).contains(countMax) else {
      throw BlobError(.invalidArgument, "a page has 1 to \(Self.countMax) keys, not \(countMax)")
    }
  }
}

/// What stores do alike.
package enum BlobLimits {
  /// How many bytes a value in memory has at the most where nothing else is said: 64 MiB.
  package static let bytesMax = 64 << 20

  /// Throws `tooLarge` unless so many bytes may be held in memory.
  package static func check(
    _ byteCount: UInt64, _ bytesMax: Int, _ key: BlobKey
  ) throws(BlobError) {
    guard byteCount <= UInt64(bytesMax) else {
      throw BlobError(
        .tooLarge, "\(byteCount) bytes, and at most \(bytesMax) are held in memory", key: key)
    }
  }

  /// Throws `invalidArgument` unless a range lies within a value.
  package static func check(
    _ range: Range<UInt64>, within size: UInt64, _ key: BlobKey
  ) throws(BlobError) {
    guard range.upperBound <= size else {
      throw BlobError(
        .invalidArgument, "bytes \(range) were asked for of a value of \(size)", key: key)
    }
  }

  /// Throws `checksumMismatch` unless a source has as many bytes as was said.
  package static func check(_ byteCount: UInt64, of blob: Blob) throws(BlobError) {
    guard byteCount == blob.size else {
      throw BlobError(
        .checksumMismatch, "\(byteCount) bytes where \(blob.size) were to be", key: blob.key)
    }
  }
}

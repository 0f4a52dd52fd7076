// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What the database knows of a large value; the page *TypedRecords* has the states.
struct BlobState: Codable, Hashable {
  enum Phase: Int, Codable {
    /// It may be put; no record refers to it yet.
    case pending = 1
    /// Records refer to it.
    case referenced = 2
    /// The last record that referred to it is gone, or refers to another.
    case released = 3
    /// Its bytes have been deleted, or are about to be.
    case deleted = 4
  }

  /// An object that refers to it.
  struct Owner: Codable, Hashable {
    var table: String
    var row: Bytes
    var qualifier: Bytes

    enum CodingKeys: Int, CodingKey {
      case table = 1
      case row = 2
      case qualifier = 3
    }

    init(_ key: AnyKey) {
      table = key.table
      row = key.row
      qualifier = key.qualifier
    }

    var key: AnyKey { AnyKey(table: table, row: row, qualifier: qualifier) }
  }

  var phase: Phase
  /// Since when, in microseconds since the Unix epoch.
  var since: Int64
  /// Who refers to it, in the order of their keys; some while it is referenced, else none.
  private(set) var owners: [Owner] = []

  enum CodingKeys: Int, CodingKey {
    case phase = 1
    case since = 2
    case owners = 3
  }

  /// How many records may refer to one value: each reference rewrites the list of them.
  static let ownersMax = 256

  init(_ phase: Phase, since: Int64) {
    self.phase = phase
    self.since = since
  }

  /// What is stored of a value; nil for nothing, and for what is no state.
  init?(stored: Bytes?) {
    guard let stored, let state = try? RecordDecoder().decode(BlobState.self, from: stored) else {
      return nil
    }
    self = state
  }

  /// Whether a record is among those that refer to it.
  func isReferenced(by key: AnyKey) -> Bool { owners.contains { $0.key == key } }

  /// The state once one more record refers to it.
  func referenced(by key: AnyKey, since moment: Int64) -> BlobState {
    var state = self
    state.phase = .referenced
    state.since = moment
    let place = owners.firstIndex { AnyKey.isBefore(key, $0.key) } ?? owners.endIndex
    state.owners.insert(Owner(key), at: place)
    return state
  }

  /// The state once a record does not refer to it any more.
  func released(by key: AnyKey, since moment: Int64) -> BlobState {
    var state = self
    state.owners.removeAll { $0.key == key }
    guard state.owners.isEmpty else { return state }
    state.phase = .released
    state.since = moment
    return state
  }
}

/// The table of large values.
///
/// Row `k` and the key's 64 digits: the state. Row `q`, a moment and the digits: that the value is to be looked at when it is old enough; all but those that are referenced
/// have one, in the order of time, so that who collects looks at nothing else.
enum BlobTable {
  static let name = "!blobs!"
  static let schema = TableSchema(name: name, families: [.lock, ColumnFamily(AnyKey.family)])
  static let qualifier: Bytes = "blob"
  static let queueStart = Bytes(utf8: "q")

  static func state(of key: BlobKey) -> AnyKey {
    AnyKey(table: name, row: Bytes(utf8: "k" + key.text), qualifier: qualifier)
  }

  static func queue(_ key: BlobKey, since: Int64) -> AnyKey {
    var row = Array(queueStart)
    KeyComponent.moment(microseconds: since).encode(to: &row)
    row.append(contentsOf: key.text.utf8)
    return AnyKey(table: name, row: Bytes(row), qualifier: qualifier)
  }

  /// The queue up to a moment.
  static func queue(until moment: Int64) -> KeyRange {
    var stop = Array(queueStart)
    KeyComponent.moment(microseconds: moment).encode(to: &stop)
    return KeyRange(from: queueStart, to: Bytes(stop))
  }

  /// The key that a row of a state names.
  static func key(ofState row: RowKey) -> BlobKey? {
    guard row.count == 65, row[0] == UInt8(ascii: "k") else { return nil }
    return row[1..<65].utf8String.flatMap { BlobKey($0) }
  }

  /// The key that a row of the queue ends with.
  static func key(ofQueued row: RowKey) -> BlobKey? {
    guard row.count > 64 else { return nil }
    return row[(row.count - 64)..<row.count].utf8String.flatMap { BlobKey($0) }
  }
}

// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// A line of a couple's export; the page *Formats/ExportFormat* has the grammar.
public enum ExportLine: Hashable, Sendable {
  /// The first line: whose data follow.
  case header(ExportHeader)
  /// A record, as it is stored.
  case record(AnyKey, Bytes)
  /// The metadata of a collection, as they are stored: before its first member.
  case metadata(AnyKey, Bytes)
  /// The last line: how many lines of records and metadata there were.
  case end(count: Int)

  /// The line as a JSON object, without the line's end.
  public var json: String {
    switch self {
    case .header(let header): return header.json
    case .record(let key, let stored): return Self.json("record", key, stored)
    case .metadata(let key, let stored): return Self.json("metadata", key, stored)
    case .end(let count): return JSONObject.text([("end", "\(count)")])
    }
  }

  private static func json(_ kind: String, _ key: AnyKey, _ stored: Bytes) -> String {
    // What people read is made of what is stored, and is not read back.
    let readable = (try? RecordValue(decoding: stored))?.description ?? ""
    return JSONObject.text([
      ("kind", kind), ("key", key.description), ("value", readable), ("table", key.table),
      ("row", Hexadecimal.text(key.row)), ("qualifier", Hexadecimal.text(key.qualifier)),
      ("stored", Hexadecimal.text(stored)),
    ])
  }

  /// Reads a line.
  ///
  /// Throws `malformedExport`.
  public init(json: String) throws(BetweenError) {
    guard let members = JSONObject.members(of: json), let line = ExportLine(members) else {
      throw BetweenError(.malformedExport, "it is no line of an export of this format")
    }
    self = line
  }

  private init?(_ members: [String: String]) {
    if members["format"] != nil {
      guard let header = ExportHeader(members) else { return nil }
      self = .header(header)
    } else if let end = members["end"] {
      guard let count = Int(end), count >= 0 else { return nil }
      self = .end(count: count)
    } else {
      guard let table = members["table"],
        let row = members["row"].flatMap(Hexadecimal.bytes),
        let qualifier = members["qualifier"].flatMap(Hexadecimal.bytes),
        let stored = members["stored"].flatMap(Hexadecimal.bytes)
      else { return nil }
      let key = AnyKey(table: table, row: row, qualifier: qualifier)
      switch members["kind"] {
      case "record": self = .record(key, stored)
      case "metadata": self = .metadata(key, stored)
      default: return nil
      }
    }
  }
}

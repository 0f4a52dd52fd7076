// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import Testing
import WideColumn

/// A couple's export to be changed, and the changes that an import must refuse.
struct HostileFile {
  var lines: [ExportLine]
  let setting: Setting
  let stranger = RandomID(high: 66, low: 6)

  /// Gives the couple something of everything, and exports it.
  init(_ setting: Setting) async throws {
    let (between, couple) = (setting.between, setting.couple)
    self.setting = setting
    for text in ["one", "two", "three"] { _ = try await setting.send(text, from: setting.a) }
    let memo = try await between.memos.write("memo", by: setting.a, in: couple)
    _ = try await between.memos.write("another", by: setting.b, in: couple)
    try await between.comments.write("comment", by: setting.b, on: memo)
    _ = try await between.backups.request(by: setting.a, in: couple)
    lines = try await exported(between, couple).map { try ExportLine(json: $0) }
  }

  /// The place of a line of a type, the first that there is.
  func place(_ type: Int, _ table: String, metadata: Bool = false) throws -> Int {
    try #require(
      lines.firstIndex { line in
        switch line {
        case .record(let key, _):
          !metadata && key.table == table
            && KeyPathParts(key.qualifier)?.steps.last?.typeNumber == type
        case .metadata(let key, _):
          metadata && key.table == table
            && KeyPathParts(key.qualifier)?.steps.last?.typeNumber == type
        default: false
        }
      })
  }

  /// Changes a record.
  mutating func change<R: Record>(
    _ type: R.Type, _ table: String, _ body: (inout R) -> Void
  ) throws {
    let place = try place(type.objectType.number, table)
    guard case .record(let key, let stored) = lines[place] else { return }
    var record = try RecordDecoder().decode(type, from: stored)
    body(&record)
    lines[place] = .record(key, try RecordEncoder().encode(record))
  }

  /// Changes where a line is.
  mutating func move(
    _ type: Int, _ table: String, metadata: Bool = false, _ body: (AnyKey) -> AnyKey
  ) throws {
    let place = try place(type, table, metadata: metadata)
    switch lines[place] {
    case .record(let key, let stored): lines[place] = .record(body(key), stored)
    case .metadata(let key, let stored): lines[place] = .metadata(body(key), stored)
    default: break
    }
  }

  /// Changes the fields of metadata.
  mutating func change(_ type: Int, _ table: String, _ field: Int128, to value: Int128?) throws {
    let place = try place(type, table, metadata: true)
    guard case .metadata(let key, let stored) = lines[place],
      case .map(var fields) = try RecordValue(decoding: stored)
    else { return }
    fields.removeAll { $0.key == .integer(field) }
    if let value { fields.append(.init(key: .integer(field), value: .integer(value))) }
    lines[place] = .metadata(key, try RecordValue.map(fields).encode())
  }

  /// Puts a line behind the first of a type, and has the end count it.
  mutating func insert(_ line: ExportLine, behind place: Int) {
    lines.insert(line, at: place + 1)
    count()
  }

  mutating func remove(_ place: Int) {
    lines.remove(at: place)
    count()
  }

  private mutating func count() { lines[lines.count - 1] = .end(count: lines.count - 2) }
}

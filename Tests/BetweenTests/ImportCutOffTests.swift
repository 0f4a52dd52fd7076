// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import Testing

@Suite("An import that is cut off")
struct ImportCutOffTests {
  /// Everything that is stored of a couple but for marks of what was deleted.
  private func cells(_ between: EmbeddedBetween, _ header: ExportHeader) async throws -> Int {
    var count = 0
    for (table, id) in [
      (BetweenSchema.userTable, header.first), (BetweenSchema.userTable, header.second),
      (BetweenSchema.relationshipTable, header.couple),
    ] {
      let row = try await between.read { reader in
        try await reader.get(Get(id.keyComponent.encoded, columns: .all), in: table)
      }
      for cell in row.map(Array.init) ?? [] where cell.column.family == AnyKey.family {
        if cell.column.qualifier[0] >= 2 { count += 1 }
      }
    }
    return count
  }

  private func header(_ lines: [String]) throws -> ExportHeader {
    guard case .header(let header) = try ExportLine(json: lines[0]) else {
      throw BetweenError(.malformedExport, "no header")
    }
    return header
  }

  @Test("It is not seen wherever it ends, and can be begun again in the same store")
  func everywhere() async throws {
    try await withCouple { setting in
      let couple = try await live(setting)
      let lines = try await exported(setting.between, couple)
      try await withEmpty(setting.blobs) { other in
        for count in stride(from: 1, to: lines.count, by: 150) + [lines.count] {
          var importer = CoupleImport(other)
          for line in lines.prefix(count) { try await importer.add(try ExportLine(json: line)) }
          let there = try await other.datastore.get(Key(.relationship, couple))
          #expect(there == nil)
          if count < lines.count { await expect(.malformedExport) { try await importer.finish() } }
        }
        #expect(try await cells(other, header(lines)) > 0)
        try await importing(lines, into: other)
        #expect(try await exported(other, couple) == lines)
        let report = try await BetweenAudit(other).run()
        #expect(report.violations.map(\.description) == [])
      }
    }
  }

  @Test("It leaves nothing when it is cancelled, and what is there already stays")
  func cancelled() async throws {
    try await withCouple { setting in
      let couple = try await live(setting)
      let lines = try await exported(setting.between, couple)
      try await withEmpty(setting.blobs) { other in
        var importer = CoupleImport(other)
        for line in lines.dropLast() { try await importer.add(try ExportLine(json: line)) }
        #expect(try await cells(other, header(lines)) > 0)
        try await importer.cancel()
        #expect(try await cells(other, header(lines)) == 0)
        try await importing(lines, into: other)
        var second = CoupleImport(other)
        await expect(.notEmpty) { try await second.add(try ExportLine(json: lines[0])) }
        try await second.cancel()
        #expect(try await exported(other, couple) == lines)
      }
    }
  }

  @Test("Requests are not to be worked off before all is there")
  func requestsHeldBack() async throws {
    try await withCouple { setting in
      _ = try await setting.send("hello", from: setting.a)
      _ = try await setting.between.backups.request(by: setting.a, in: setting.couple)
      let lines = try await exported(setting.between, setting.couple)
      try await withEmpty(setting.blobs) { other in
        var importer = CoupleImport(other)
        for line in lines { try await importer.add(try ExportLine(json: line)) }
        #expect(try await other.backups.start(limit: 10).isEmpty)
        try await importer.finish()
        #expect(try await other.backups.start(limit: 10).count == 1)
      }
    }
  }
}

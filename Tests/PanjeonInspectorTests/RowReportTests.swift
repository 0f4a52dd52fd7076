// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonInspector
import PanjeonTesting
import Testing
import WideColumn

private struct Diary: Record {
  static let objectType = ObjectType<Diary>(3, "diary", table: "diary")
  var owner: String
  enum CodingKeys: Int, CodingKey { case owner = 1 }
}

private struct Page: Record {
  static let objectType = ObjectType<Page>(7, "page")
  static let byMood = Index(30, "page_by_mood", on: \Page.mood)
  static var indexes: [IndexDefinition<Page>] { [byMood.definition] }
  var mood: String
  var text: String
  enum CodingKeys: Int, CodingKey { case mood = 1, text = 4 }
}

@Suite("RowReport")
struct RowReportTests {
  private let schema = DatastoreSchema { Root(Diary.objectType) { Children(Page.objectType) } }
  private let id = RandomID(high: 1, low: 2)
  private let name = "00000000-0000-0001-0000-000000000002"

  /// A diary of two pages, of which one was torn out, as it is printed.
  private func lines(
    _ get: Get? = nil, in table: String = "diary", raw: Bool = false
  ) async throws -> [String] {
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    return try await withDatabase(at: "/diary", configuration: configuration) { database in
      let datastore = try await database.openDatastore(schema)
      let diary = Key(Diary.objectType, id)
      try await datastore.put(Diary(owner: "민지"), at: diary)
      for page in 7...8 {
        try await datastore.put(
          Page(mood: "glad", text: "사랑해"), at: Key(diary, Page.objectType, page))
      }
      try await datastore.delete(Key(diary, Page.objectType, 8))
      let names = try await RecordNames(of: database.store)
      #expect(names.rows(name, in: "diary").first == diary.any.row)
      #expect(names.rows(name, in: "elsewhere").isEmpty)
      let row = try await database.store.get(get ?? Get(diary.any.row), in: table)
      let found = try #require(row)
      return RowReport(found, in: table, names, raw ? .escaped : .decoded).text.split(
        separator: "\n"
      )
      .map(String.init)
    }
  }

  /// A line without its timestamp.
  private func withoutTime(_ line: String) -> String {
    line.split(separator: " ").filter { !$0.hasPrefix("@") }.joined(separator: " ")
  }

  @Test("A record is recognised, with its key and its fields; so are metadata, marks and entries")
  func records() async throws {
    let lines = try await lines().map(withoutTime)
    #expect(lines.contains("page(diary \(name), 7) {1: \"glad\", 4: \"사랑해\"}"))
    #expect(lines.contains("collection of page(diary \(name)) {1: 1, 2: 9}"))
    #expect(lines.contains { $0.hasPrefix("deleted page(diary \(name), 8)") })
    #expect(
      lines.contains {
        $0.contains("page_by_mood(diary \(name), (\"glad\", 7)) of page(diary \(name), 7) {1: ")
      })
    #expect(lines.contains { $0.contains("diary") && $0.contains("{1: \"민지\"}") })
  }

  @Test("What is no record is printed as bytes, and everything is if that is asked for")
  func bytes() async throws {
    let lines = try await lines()
    let locks = lines.filter { $0.contains("column=!lock!:") }
    #expect(!locks.isEmpty)
    #expect(locks.allSatisfy { $0.contains("value=") })
    for line in try await self.lines(raw: true) {
      #expect(line.contains("column=") && line.contains(", timestamp="))
    }
    let catalog = try await self.lines(Get(CatalogTable.types), in: CatalogTable.name)
    #expect(catalog.allSatisfy { $0.contains("column=") })
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing

@Suite("README")
struct ReadmeTests {
  @Test("The README's program does what it says, and goes on where it left off")
  func program() async throws {
    let directory = try ScratchDirectory()
    defer { directory.remove() }
    let first = try await keepAlbum(at: directory.path)
    #expect(
      first == [
        "2 snapshots", "family/\"kim\"/3:2: 2026-08-02 바다",
        "family/\"kim\"/3:1: 2026-11-24 first snow",
      ])
    let second = try await keepAlbum(at: directory.path)
    #expect(second.first == "4 snapshots")
    #expect(second.count == 5)
  }
}

@Suite("Articles")
struct ArticleTests {
  @Test("The program of GettingStarted does what the article says")
  func gettingStarted() async throws {
    let directory = try ScratchDirectory()
    defer { directory.remove() }
    let lines = try await planTrip(at: directory.path)
    #expect(
      lines == [
        "2 stops in 부산", "광안리 at 9, 해운대 at 11", "moved: 해운대 at 15", "latest first: 해운대, 광안리",
      ])
  }

  @Test("The rows and cells of DataModeling hold what the article says")
  func rows() async throws {
    let directory = try ScratchDirectory()
    defer { directory.remove() }
    let first = try await keepAccounts(at: directory.path)
    #expect(first == ["jisoo data:balance = 130", "minji data:balance = 70"])
    let second = try await keepAccounts(at: directory.path)
    #expect(second == ["jisoo data:balance = 160", "minji data:balance = 40"])
  }
}

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
    let first = try await keepAccounts(at: directory.path)
    #expect(first == ["jisoo data:balance = 130", "minji data:balance = 70"])
    let second = try await keepAccounts(at: directory.path)
    #expect(second == ["jisoo data:balance = 160", "minji data:balance = 40"])
  }
}

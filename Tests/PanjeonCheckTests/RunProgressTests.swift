// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import Testing

@Suite("How far a run with crashes has come")
struct RunProgressTests {
  @Test("Lives in which nothing was begun use nothing up, and are no crashes")
  func early() {
    var progress = RunProgress(transactions: 2000, clients: 1000)
    for _ in 0..<3 { progress.note(invoked: 0, isCrashed: true) }
    #expect(progress.remaining == 2000)
    #expect(progress.nextTransaction == 0)
    #expect(progress.goesOn)
    #expect((progress.crashes, progress.earlyCrashes) == (0, 3))
  }

  @Test("All that was asked for is begun, whatever numbers clients have taken and not used")
  func exact() {
    var progress = RunProgress(transactions: 100, clients: 10)
    progress.note(invoked: 95, isCrashed: true)
    #expect(progress.remaining == 5)
    #expect(progress.nextTransaction >= 105)
    #expect(progress.goesOn)
    progress.note(invoked: 5, isCrashed: false)
    #expect(!progress.goesOn)
    #expect((progress.crashes, progress.earlyCrashes) == (1, 0))
    #expect((progress.begun, progress.lives) == (100, 2))
  }

  @Test("Lives come to an end, and what is missing is known")
  func bounded() {
    var progress = RunProgress(transactions: 10, clients: 1)
    while progress.goesOn { progress.note(invoked: 0, isCrashed: true) }
    #expect(progress.remaining == 10)
    #expect(progress.earlyCrashes == progress.lives)
  }

  @Test("Every life has process numbers of its own")
  func processes() {
    var progress = RunProgress(transactions: 10, clients: 1)
    let first = progress.firstProcess
    progress.note(invoked: 1, isCrashed: true)
    #expect(progress.firstProcess > first)
    #expect(first > 0)
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import Testing

@Suite("Which transactions processes have begun that share a store")
struct SharedProgressTests {
  @Test("Lives at the same time have numbers of their own, and no more than are left")
  func take() {
    var progress = SharedProgress(transactions: 10)
    #expect(progress.take(4) == 0..<4)
    #expect(progress.take(4) == 4..<8)
    #expect(progress.take(4) == 8..<10)
    #expect(progress.take(4).isEmpty)
    #expect(progress.left == 0 && !progress.isOver)
    #expect(progress.nextTransaction == 10)
  }

  @Test("What a life did not begin is begun by others, under new numbers")
  func killed() {
    var progress = SharedProgress(transactions: 10)
    let (one, other) = (progress.take(6), progress.take(4))
    progress.giveBack(one, begun: 2)
    #expect(progress.left == 4 && progress.begun == 2)
    let third = progress.take(100)
    #expect(third == 10..<14)
    progress.giveBack(other, begun: 4)
    #expect(!progress.isOver)
    progress.giveBack(third, begun: 4)
    #expect(progress.isOver && progress.begun == 10)
    #expect(progress.nextTransaction == 14)
  }

  @Test("A life may have taken nothing")
  func nothing() {
    var progress = SharedProgress(transactions: 1)
    progress.giveBack(progress.take(0), begun: 0)
    #expect(progress.take(5) == 0..<1)
    progress.giveBack(0..<1, begun: 0)
    #expect(progress.left == 1 && progress.nextTransaction == 1)
  }
}

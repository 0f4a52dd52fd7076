// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("NthCallFails")
struct NthCallFailsTests {
  /// What is tried on a call of a kind.
  private static func faults(_ call: Int, seed: UInt64) -> [Fault] {
    // Every call fails with an error of the device; which of the others it meets changes with the seed.
    let others: [Fault] = [
      .noSpace, .shortWrite(byteCount: 7), .syncDroppingPages(alsoFromMemory: false),
      .ioErrorAfterwards, .syncDroppingPages(alsoFromMemory: true), .shortWrite(byteCount: 600),
    ]
    let chosen = others[(call + Int(seed % 6)) % others.count]
    return TestSeed.effort > 1 ? [.ioError] + others : [.ioError, chosen]
  }

  @Test(
    "Whichever call fails, the store says so, loses nothing it promised, shows nothing else, and goes on when resumed",
    .timeLimit(.minutes(20)))
  func everyCall() async throws {
    TestSeed.announce("everyCall")
    let counter = InMemoryFileSystem()
    let counted = FailingFileSystem(counter) { _ in nil }
    var clean = FaultScript(counter, counted, seed: TestSeed.value)
    await clean.run()
    #expect(clean.complaints == [] && clean.stepsFailed == 0)
    var injected = 0
    var noticed = 0
    var resumptions = 0
    for number in 1...counted.callCount {
      for (index, fault) in Self.faults(number, seed: TestSeed.value).enumerated() {
        let disk = InMemoryFileSystem()
        let failing = FailingFileSystem(
          disk, failingCall: number, with: fault, lasting: (number + index) % 2 == 0)
        var script = FaultScript(disk, failing, seed: TestSeed.value)
        await script.run()
        injected += failing.injected.count
        noticed += script.stepsFailed
        resumptions += script.resumptions
        for complaint in script.complaints {
          Issue.record("call \(number), \(fault), \(failing.injected.prefix(3)): \(complaint)")
        }
        if script.complaints.count > 0 { return }
      }
    }
    print(
      "everyCall: \(counted.callCount) calls, \(injected) faults injected, \(noticed) steps failed, "
        + "\(resumptions) resumptions")
    #expect(injected > counted.callCount)
    #expect(noticed > counted.callCount / 2)
    #expect(resumptions > 50)
  }
}

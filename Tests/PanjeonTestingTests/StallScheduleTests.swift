// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing
import WideColumn

@Suite("StallSchedule")
struct StallScheduleTests {
  private func draw(_ paths: [String], seed: UInt64) -> StallSchedule {
    StallSchedule(
      of: paths, for: .seconds(60), every: .seconds(5), lasting: .seconds(2), seed: seed)
  }

  @Test(
    "A seed draws the same stalls again, another seed others, and devices know nothing of each other"
  )
  func determinism() {
    let both = draw(["/a", "/b"], seed: 7)
    #expect(both == draw(["/a", "/b"], seed: 7))
    #expect(both != draw(["/a", "/b"], seed: 8))
    let first = both.stalls.filter { $0.path == "/a" }
    let second = both.stalls.filter { $0.path == "/b" }
    #expect(first.map(\.begin) != second.map(\.begin))
    #expect(first == draw(["/a"], seed: 7).stalls)
  }

  @Test(
    "Stalls of a device last as long as asked for, never touch, come as often, and end within the schedule"
  )
  func shape() {
    TestSeed.announce("StallScheduleTests")
    var count = 0
    for number in 0..<200 as Range<UInt64> {
      let stalls = draw(["/a"], seed: TestSeed.value &+ number).stalls
      count += stalls.count
      #expect(stalls.allSatisfy { $0.begin >= .zero && $0.end <= .seconds(60) })
      #expect(stalls.allSatisfy { $0.duration == .seconds(2) })
      for (earlier, later) in zip(stalls, stalls.dropFirst()) {
        #expect(later.begin >= earlier.end + .milliseconds(499))
        #expect(later.begin <= earlier.begin + .milliseconds(7501))
      }
    }
    // One each five seconds, but for those that would not have ended.
    #expect((2200...2500).contains(count), "\(count)")
  }

  @Test("A schedule too short for a stall has none, and one just long enough has one")
  func short() {
    for (length, count) in [(Duration.milliseconds(1999), 0), (.seconds(2), 1)] {
      let schedule = StallSchedule(
        of: ["/a"], for: length, every: .seconds(5), lasting: .seconds(2), seed: 1)
      #expect(schedule.stalls.count == count)
    }
    let nothing = StallSchedule(
      of: ["/a"], for: .seconds(9), every: .zero, lasting: .zero, seed: 1)
    #expect(nothing.stalls.isEmpty)
  }

  @Test("Of a stall that is not over only what has passed counts")
  func begun() {
    let schedule = StallSchedule([
      DeviceStall("/a", from: .seconds(1), lasting: .seconds(2)),
      DeviceStall("/b", from: .seconds(2), lasting: .seconds(5)),
      DeviceStall("/a", from: .seconds(6), lasting: .seconds(1)),
    ])
    #expect(schedule.begun(by: .zero) == (0, .zero))
    #expect(schedule.begun(by: .seconds(3)) == (2, .seconds(3)))
    #expect(schedule.begun(by: .seconds(60)) == (3, .seconds(8)))
  }

  @Test("A stall holds up what is below its path, and nothing whose name only begins alike")
  func paths() {
    for path in ["/d/x", "/d/x/"] {
      let schedule = StallSchedule([DeviceStall(path, from: .seconds(1), lasting: .seconds(1))])
      #expect(schedule.isStalled("/d/x", at: .seconds(1)))
      #expect(schedule.isStalled("/d/x/y/z", at: .milliseconds(1999)))
      #expect(!schedule.isStalled("/d/xy", at: .seconds(1)))
      #expect(!schedule.isStalled("/d", at: .seconds(1)))
      #expect(!schedule.isStalled("/d/x", at: .milliseconds(999)))
      #expect(!schedule.isStalled("/d/x", at: .seconds(2)))
    }
    let everything = StallSchedule([DeviceStall("/", from: .zero, lasting: .seconds(1))])
    #expect(everything.isStalled("/d", at: .zero))
  }
}

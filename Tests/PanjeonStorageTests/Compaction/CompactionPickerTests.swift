// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Compaction picker")
struct CompactionPickerTests {
  private struct Group {
    var upper: [FileRecord] = []
    var bottom: [FileRecord] = []
    var number: UInt64 = 0
    var written: UInt64 = 0

    mutating func file(
      level: UInt8, bytes: UInt64, rows: ClosedRange<Int>, deletes: UInt64 = 0
    ) -> FileRecord {
      number += 1
      written += bytes
      return FileRecord(
        regionID: 1, group: 0, number: number, level: level, fileBytes: bytes,
        cellCount: bytes / 100, deleteCount: deletes, smallestSequence: number,
        largestSequence: number, smallestRow: row(rows.lowerBound),
        largestRow: row(rows.upperBound))
    }

    func row(_ number: Int) -> Bytes { Bytes(utf8: "\(100_000 + number)") }

    /// Merges as a compactor would, if nothing were overwritten: into files of at most 64 MB.
    mutating func run(_ plan: CompactionPlan) {
      let bytes = (plan.inputsUpper + plan.inputsBottom).reduce(0) { $0 + $1.fileBytes }
      let inputs = Set((plan.inputsUpper + plan.inputsBottom).map(\.number))
      upper.removeAll { inputs.contains($0.number) }
      if plan.outputLevel == 0 {
        upper.insert(file(level: 0, bytes: bytes, rows: 0...9999), at: 0)
        return
      }
      bottom.removeAll { inputs.contains($0.number) }
      let parts = max(1, Int(bytes >> 26))
      for part in 0..<parts {
        let rows = (part * 10_000 / parts)...((part + 1) * 10_000 / parts - 1)
        bottom.append(file(level: 1, bytes: bytes / UInt64(parts), rows: rows))
      }
    }
  }

  @Test("However flushes come, merges keep the newest first, few runs, and little rewriting")
  func simulation() {
    var random = SplitMix64(seed: TestSeed.value)
    for round in 0..<20 {
      let picker = CompactionPicker()
      var group = Group()
      var flushed: UInt64 = 0
      for _ in 0..<300 {
        let bytes = UInt64(1 + random.below(32)) << 20
        flushed += bytes
        group.upper.insert(group.file(level: 0, bytes: bytes, rows: 0...9999), at: 0)
        var steps = 0
        while let plan = picker.pick(upper: group.upper, bottom: group.bottom) {
          check(plan, group)
          group.run(plan)
          steps += 1
          #expect(steps < 10, "round \(round): a plan must lead somewhere")
          if steps >= 10 { break }
        }
        #expect(group.upper.count <= 12, "round \(round)")
      }
      let amplification = Double(group.written) / Double(flushed)
      #expect(amplification < 16, "round \(round): \(amplification)")
    }
  }

  /// What every plan must be for reads to stay right.
  private func check(_ plan: CompactionPlan, _ group: Group) {
    guard !plan.inputsUpper.isEmpty else {
      let place = group.bottom.firstIndex(of: plan.inputsBottom[0]) ?? 0
      #expect(Array(group.bottom[place...].prefix(plan.inputsBottom.count)) == plan.inputsBottom)
      return #expect(plan.outputLevel == 1 && plan.coversBottom)
    }
    // A run may only be merged with the ones next to it in age, or a newer cell could sink below an older.
    let place = group.upper.firstIndex(of: plan.inputsUpper[0]) ?? 0
    #expect(Array(group.upper[place...].prefix(plan.inputsUpper.count)) == plan.inputsUpper)
    if plan.outputLevel == 0 {
      #expect(plan.inputsUpper.count >= 2)
      #expect(plan.inputsBottom.isEmpty && !plan.coversBottom)
    } else {
      #expect(plan.inputsUpper == group.upper)
      let smallest = plan.inputsUpper.map(\.smallestRow).min() ?? Bytes()
      let largest = plan.inputsUpper.map(\.largestRow).max() ?? Bytes()
      for file in group.bottom {
        let overlaps = file.largestRow >= smallest && file.smallestRow <= largest
        #expect(plan.inputsBottom.contains(file) == overlaps)
      }
    }
  }

  @Test("Nothing is done for few runs, and a group full of deletes goes to the bottom at once")
  func deletes() {
    var group = Group()
    let picker = CompactionPicker()
    #expect(picker.pick(upper: [], bottom: []) == nil)
    group.bottom = [group.file(level: 1, bytes: 1 << 30, rows: 0...9999)]
    group.upper = [group.file(level: 0, bytes: 1 << 20, rows: 0...10)]
    #expect(picker.pick(upper: group.upper, bottom: group.bottom) == nil)
    group.upper = [group.file(level: 0, bytes: 1 << 20, rows: 0...10, deletes: 4000)]
    let plan = picker.pick(upper: group.upper, bottom: group.bottom)
    #expect(plan?.outputLevel == 1)
    #expect(plan?.inputsBottom == group.bottom)
  }

  @Test(
    "What a split has left shared is written anew, upper runs together, bottom files one by one")
  func shared() {
    var group = Group()
    let picker = CompactionPicker()
    let bounds = KeyRange(from: group.row(20), to: group.row(80))
    group.bottom = [
      group.file(level: 1, bytes: 60 << 20, rows: 0...40),
      group.file(level: 1, bytes: 60 << 20, rows: 41...60),
      group.file(level: 1, bytes: 60 << 20, rows: 61...99),
    ]
    group.bottom[0].bounds = bounds
    group.bottom[2].bounds = bounds
    #expect(picker.pick(upper: [], bottom: group.bottom)?.inputsBottom == [group.bottom[0]])
    group.bottom[0].bounds = nil
    #expect(picker.pick(upper: [], bottom: group.bottom)?.inputsBottom == [group.bottom[2]])
    group.upper = [
      group.file(level: 0, bytes: 1 << 20, rows: 62...99),
      group.file(level: 0, bytes: 1 << 20, rows: 0...99),
    ]
    group.upper[0].bounds = bounds
    let plan = picker.pick(upper: [group.upper[0]], bottom: group.bottom)
    #expect(plan?.inputsUpper == [group.upper[0]] && plan?.outputLevel == 0)
    #expect(plan?.inputsBottom == [] && plan?.coversBottom == false)
    #expect(picker.pick(upper: group.upper, bottom: group.bottom)?.inputsUpper == group.upper)
  }

  @Test("Small neighbours of the bottom level become one file, and that comes to an end")
  func smallFiles() {
    var group = Group()
    let picker = CompactionPicker()
    var random = SplitMix64(seed: TestSeed.value)
    for number in 0..<100 {
      let bytes = UInt64(random.chance(0.2) ? 60 : 1 + random.below(4)) << 20
      group.bottom.append(
        group.file(level: 1, bytes: bytes, rows: (number * 10)...(number * 10 + 9)))
    }
    var steps = 0
    while let plan = picker.pick(upper: [], bottom: group.bottom) {
      check(plan, group)
      let place = group.bottom.firstIndex(of: plan.inputsBottom[0]) ?? 0
      let bytes = plan.inputsBottom.reduce(0) { $0 + $1.fileBytes }
      #expect(plan.inputsBottom.count >= 4 && bytes <= 32 << 20)
      var merged = group.file(level: 1, bytes: bytes, rows: 0...0)
      merged.smallestRow = plan.inputsBottom[0].smallestRow
      merged.largestRow = plan.inputsBottom[plan.inputsBottom.count - 1].largestRow
      group.bottom.replaceSubrange(place..<(place + plan.inputsBottom.count), with: [merged])
      steps += 1
      if steps > 100 { break }
    }
    #expect(steps < 40 && group.bottom.count < 70)
  }

  @Test(
    "While a longer compaction is under way only runs are merged that are many, small, and not asked for at the bottom"
  )
  func above() {
    let picker = CompactionPicker()
    var group = Group()
    let small = (0..<4).map { _ in group.file(level: 0, bytes: 32 << 20, rows: 0...9999) }
    #expect(picker.pickAbove(Array(small.dropLast())) == nil)
    let plan = picker.pickAbove(small)
    #expect(plan?.inputsUpper == small && plan?.inputsBottom == [] && plan?.outputLevel == 0)
    #expect(plan?.coversBottom == false)
    #expect(picker.pickAbove(small, requested: [99]) == plan)
    #expect(picker.pickAbove(small, requested: [small[2].number]) == nil)
    let large = (0..<4).map { _ in group.file(level: 0, bytes: 400 << 20, rows: 0...9999) }
    #expect(picker.pickAbove(large) == nil)
  }

  @Test("Pressure is nothing while there is room, grows without a cliff, and is bounded")
  func pressure() {
    let pressure = WritePressure()
    var last = Duration.zero
    for runs in 0..<400 {
      let (delay, cause) = pressure.delay(
        upperRuns: runs, unflushedMemtables: 0, unflushedMemtablesMax: 4)
      #expect((delay == .zero) == (cause == nil))
      #expect((delay == .zero) == (runs <= pressure.runsFree))
      #expect(delay >= last && delay <= pressure.delayMax)
      #expect(delay - last < .milliseconds(5))
      last = delay
    }
    #expect(last == pressure.delayMax)
    let full = pressure.delay(upperRuns: 0, unflushedMemtables: 5, unflushedMemtablesMax: 4)
    #expect(full.cause == .memtablesToFlush && full.delay > .zero)
  }
}

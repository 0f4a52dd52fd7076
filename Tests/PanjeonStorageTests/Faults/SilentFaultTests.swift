// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Silent faults")
struct SilentFaultTests {
  /// What a run under a disk that lies came to.
  private enum Outcome: Equatable {
    case right, prefix, refused, wrong(String)
  }

  /// Runs batches over a disk that does something silently wrong to one write, then reads all as if after a restart.
  private func run(_ fault: Fault, on suffix: String, write number: Int) async throws -> Outcome? {
    let disk = InMemoryFileSystem()
    let writes = Counter()
    let failing = FailingFileSystem(disk) { call in
      guard call.kind == .write, call.path.contains(suffix) else { return nil }
      return writes.next() == number ? fault : nil
    }
    var workload = CrashWorkload(random: SplitMix64(seed: TestSeed.value))
    do {
      let store = try await TestStore.open(failing)
      try await workload.run(store, batches: 12)
      try await store.flush()
      for _ in 0..<12 { try await workload.step(store) }
      try await store.close()
    } catch let error as StoreError {
      // Noticed while it ran: a flush reads back what it has written, a compaction what others have.
      return error.code == .corruption || error.code == .unknownOutcome || error.code == .readOnly
        ? .refused : .wrong("\(error)")
    }
    if failing.injected.isEmpty { return nil }
    do {
      let store = try await TestStore.open(disk)
      let found = try await CrashWorkload.contents(of: store)
      try await store.close()
      if found == workload.oracle.last { return .right }
      let verdict = workload.oracle.judge(
        recovered: found, acknowledged: 0, begun: workload.oracle.count)
      if case .prefix = verdict { return .prefix }
      return .wrong("\(verdict)")
    } catch {
      let code = (error as? StoreError)?.code
      return code == .corruption || code == .notAStore || code == .unsupportedFormat
        ? .refused : .wrong("\(error)")
    }
  }

  private final class Counter: Sendable {
    private let count = AtomicNumber(0)

    func next() -> Int {
      count.add(1)
      return Int(count.value)
    }
  }

  @Test(
    "A write that is lost, goes astray or has a wrong bit is found, or has done no harm; it is never read as data",
    arguments: [".sst", "MANIFEST", "CURRENT", ".log"])
  func silentWrites(file: String) async throws {
    TestSeed.announce("silentWrites")
    let faults: [Fault] = [
      .lost, .misdirectedWrite(by: 512), .misdirectedWrite(by: -64), .flippedBit(77),
      .flippedBit(8 * 200 + 3),
    ]
    var outcomes: [Outcome] = []
    for number in 1...6 {
      for fault in faults {
        guard let outcome = try await run(fault, on: file, write: number) else { continue }
        outcomes.append(outcome)
        if case .wrong(let what) = outcome {
          Issue.record("\(file), write \(number), \(fault): \(what)")
        }
        // Of what was flushed and closed nothing may be missing without a word.
        #expect(outcome != .prefix, "\(file), write \(number), \(fault): commits are missing")
      }
    }
    let refused = outcomes.count { $0 == .refused }
    print("silentWrites: \(file): \(outcomes.count) faults, \(refused) refused")
    #expect(outcomes.count >= 5)
    // The log of a store that was closed holds nothing that is needed.
    #expect(refused > 0 || file == ".log")
  }
}

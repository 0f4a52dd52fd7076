// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Runs that do not come to their end", .serialized)
struct EmbeddedRunTests {
  private let request = RunRequest(
    kind: .append, store: .memory, faults: [], clients: 4, transactions: 400, seed: TestSeed.value)

  private func outcome(
    failing choose: @escaping @Sendable (FileSystemCall) -> Fault?
  ) async -> RunOutcome {
    var configuration = FaultySetup.configuration
    configuration.fileSystem = FailingFileSystem(InMemoryFileSystem(), failing: choose)
    let run = await EmbeddedRun(request: request, path: "/check", configuration: configuration)
      .run()
    return request.judge(run)
  }

  @Test("Without faults it holds")
  func holds() async throws {
    let outcome = await outcome { _ in nil }
    #expect(outcome.verdict == .holds, "\(outcome.text(isShort: false))")
  }

  @Test("Corruption that the run meets is a violation, with the seed, the replay and the history")
  func corruption() async throws {
    let outcome = await outcome { call in
      call.kind == .read && call.path.hasSuffix(".sst") ? .flippedBit(1000) : nil
    }
    let text = outcome.text(isShort: true)
    #expect(outcome.verdict == .violated, "\(text)")
    #expect(text.contains("corruption"))
    #expect(text.contains("seed \(TestSeed.value): violated"))
    #expect(text.contains("--seed \(TestSeed.value)"))
    #expect(try History(jsonLines: outcome.run.history).transactionCount > 0)
  }

  @Test(
    "A disk in memory that fails is the engine's fault: clients are told what no such run accounts for"
  )
  func failingDisk() async throws {
    let outcome = await outcome { call in
      call.kind == .sync && call.number > 200 ? .ioError : nil
    }
    let text = outcome.text(isShort: true)
    #expect(outcome.verdict == .violated, "\(text)")
    #expect(text.contains("which no such run accounts for"))
    #expect(outcome.run.failure != nil)
    #expect(try History(jsonLines: outcome.run.history).transactionCount > 0)
  }
}

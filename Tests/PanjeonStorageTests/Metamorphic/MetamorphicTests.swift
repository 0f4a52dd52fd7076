// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing
import WideColumn

@Suite("Metamorphic")
struct MetamorphicTests {
  private struct Mismatch {
    var step: Int
    var expected: String
    var found: String
  }

  @Test("Whatever is done under whatever configuration, the store answers what the model does")
  func histories() async throws {
    TestSeed.announce("Metamorphic")
    var seeds = SplitMix64(seed: TestSeed.value)
    var steps = 0
    for _ in 0..<(4 * TestSeed.effort) {
      let seed = seeds.next()
      let history = Self.history(seed: seed, steps: 600)
      for _ in 0..<4 {
        let configuration = seeds.next()
        steps += history.count
        guard let mismatch = try await Self.firstMismatch(history, configuration) else { continue }
        let shrunk = try await Self.shrink(history, configuration, mismatch)
        try await Self.report(shrunk, mismatch, seed: seed, configuration)
        return
      }
    }
    print("Metamorphic: \(steps) steps")
  }

  private static func history(seed: UInt64, steps: Int) -> [Operation] {
    var generator = OperationGenerator(SplitMix64(seed: seed))
    var model = MetamorphicModel()
    return (0..<steps).map { _ in
      let operation = generator.next(model)
      _ = model.perform(operation)
      return operation
    }
  }

  /// Runs a history on a fresh store and a fresh model.
  private static func firstMismatch(
    _ history: [Operation], _ configuration: UInt64
  ) async throws -> Mismatch? {
    var model = MetamorphicModel()
    var runner = try await MetamorphicRunner(seed: configuration)
    for (step, operation) in history.enumerated() {
      let expected = model.perform(operation)
      let found = await runner.perform(operation)
      if expected != found {
        try? await runner.close()
        return Mismatch(step: step, expected: expected, found: found)
      }
    }
    try await runner.close()
    return nil
  }

  /// Leaves out what the mismatch does without: ever smaller parts, from the end.
  private static func shrink(
    _ history: [Operation], _ configuration: UInt64, _ mismatch: Mismatch
  ) async throws -> [Operation] {
    var left = Array(history[...mismatch.step])
    var part = left.count / 2
    while part >= 1 {
      var end = left.count - 1
      while end > 0 {
        let start = max(0, end - part)
        var attempt = left
        attempt.removeSubrange(start..<end)
        if let found = try await firstMismatch(attempt, configuration) {
          left = Array(attempt[...found.step])
          end = min(start, left.count - 1)
        } else {
          end = start
        }
      }
      part /= 2
    }
    return left
  }

  /// The text with runs of one byte, as `Bytes` prints it, made short.
  private static func abridged(_ text: String) -> String {
    let characters = Array(text)
    var shortened = ""
    var index = 0
    while index < characters.count {
      let isEscape = characters[index] == "\\" && index + 4 <= characters.count
      let token = Array(characters[index..<(index + (isEscape ? 4 : 1))])
      var count = 1
      while index + (count + 1) * token.count <= characters.count,
        characters[(index + count * token.count)..<(index + (count + 1) * token.count)]
          == token[...]
      {
        count += 1
      }
      shortened +=
        count > 4 ? "\(String(token)){\(count)}" : String(repeating: String(token), count: count)
      index += count * token.count
    }
    return shortened
  }

  private static func report(
    _ history: [Operation], _ first: Mismatch, seed: UInt64, _ configuration: UInt64
  ) async throws {
    let mismatch = try await firstMismatch(history, configuration)
    let runner = try await MetamorphicRunner(seed: configuration)
    let steps = history.enumerated().map { "\($0): \(abridged("\($1)"))" }.joined(separator: "\n")
    Issue.record(
      """
      history \(seed) under configuration \(configuration) (\(runner.description)), shrunk to:
      \(steps)
      expected: \(abridged(mismatch?.expected ?? "(it does not happen every time)"))
      found:    \(abridged(mismatch?.found ?? ""))
      before it was shrunk, at step \(first.step):
      expected: \(abridged(first.expected))
      found:    \(abridged(first.found))
      """)
    try await runner.close()
  }
}

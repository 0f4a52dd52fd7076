// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Couples' lives")
struct LifeTests {
  @Test("The same seed gives the same operations, another one others")
  func deterministic() {
    let options = LifeOptions(couples: 50)
    let first = Array(LifeGenerator(seed: 3, options).prefix(2000))
    #expect(first == Array(LifeGenerator(seed: 3, options).prefix(2000)))
    #expect(first != Array(LifeGenerator(seed: 4, options).prefix(2000)))
    // Pinned, so that a change of the generator is seen: what is measured changes with it.
    #expect(first.count(where: \.isWrite) == 54)
  }

  @Test("Of a hundred operations 97 read, and what was asked for else")
  func mix() {
    for share in [970, 500, 0, 1000] {
      var options = LifeOptions(couples: 10)
      options.readsPerThousand = share
      let reads = LifeGenerator(seed: 1, options).prefix(50_000).count { !$0.isWrite }
      #expect(abs(reads - share * 50) < 500, "\(reads)")
    }
    let messages = LifeGenerator(seed: 1, LifeOptions(couples: 10)).prefix(50_000).filter(\.isWrite)
      .count {
        switch $0 {
        case .send, .sendSticker: true
        default: false
        }
      }
    #expect((1000...1350).contains(messages), "most of what is written are messages: \(messages)")
  }

  @Test("Couples are drawn alike, or by Zipf's law")
  func distributions() {
    var options = LifeOptions(couples: 100)
    for (distribution, first, last) in [
      (LifeOptions.Distribution.uniform, 300...700, 300...700), (.zipfian, 9000...10_500, 50...160),
    ] {
      options.distribution = distribution
      var counts = [Int](repeating: 0, count: 100)
      for operation in LifeGenerator(seed: 9, options).prefix(50_000) {
        counts[operation.person.couple] += 1
      }
      #expect(first.contains(counts[0]), "\(counts[0])")
      #expect(last.contains(counts[99]), "\(counts[99])")
    }
  }

  private func run(
    _ between: EmbeddedBetween, seed: UInt64, _ options: LifeOptions, count: Int
  ) async throws {
    let runner = LifeRunner(between, seed: seed)
    for couple in 0..<options.couples { try await runner.create(couple) }
    try await withThrowingTaskGroup { group in
      for client in 0..<4 {
        group.addTask {
          for operation in LifeGenerator(seed: seed &+ UInt64(client) << 32, options).prefix(count)
          {
            try await runner.run(operation)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private func open(
    _ database: Database, _ blobs: InMemoryBlobStore, seed: UInt64 = 5
  ) async throws
    -> EmbeddedBetween
  {
    try await database.openBetween(
      passwords: PlainHasher(), blobs: blobs, random: SharedGenerator(seed: seed),
      options: .quick)
  }

  @Test("Lives of couples by many at once leave everything as it should be")
  func sound() async throws {
    TestSeed.announce("lives")
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    try await withDatabase(at: "/between", configuration: configuration) { database in
      let between = try await open(database, InMemoryBlobStore())
      var options = LifeOptions(couples: 6)
      options.readsPerThousand = 400
      options.hasPhotos = true
      try await run(between, seed: TestSeed.value, options, count: 300 * TestSeed.effort)
      let report = try await BetweenAudit(between).run()
      #expect(report.violations.map(\.description) == [])
      #expect(report.messages > 500 && report.couples == 6 && report.blobs > 0)
    }
  }

  /// Runs lives, cuts the power somewhere in their middle, and returns what the disk has then.
  private func live(
    _ between: EmbeddedBetween, on disk: InMemoryFileSystem, seed: UInt64, _ options: LifeOptions
  ) async throws -> InMemoryFileSystem {
    let left = try await withThrowingTaskGroup(of: InMemoryFileSystem?.self) { group in
      group.addTask {
        try await run(between, seed: seed, options, count: 50)
        return nil
      }
      group.addTask {
        var random = SplitMix64(seed: seed)
        // Somewhere in the middle, as the tasks' turns have it.
        for _ in 0..<Int.random(in: 200...1500, using: &random) { await Task.yield() }
        return disk.crash(
          keepingUnsynced: Double(random.next() % 3) / 2, using: &random)
      }
      return try await group.reduce(nil) { $0 ?? $1 }
    }
    return try #require(left)
  }

  @Test("Killed in the middle of everything, what is left is sound and goes on", arguments: 0..<4)
  func crash(round: Int) async throws {
    TestSeed.announce("crash in the middle of lives, round \(round)")
    var disk = InMemoryFileSystem()
    let blobs = InMemoryBlobStore()
    var options = LifeOptions(couples: 3)
    options.readsPerThousand = 300
    options.hasPhotos = true
    for life in 0..<4 {
      let seed = TestSeed.value &+ UInt64(round) << 8 &+ UInt64(life)
      var configuration = StoreConfiguration()
      configuration.fileSystem = disk
      configuration.memtableBytesMax = 64 << 10
      disk = try await withDatabase(at: "/between", configuration: configuration) { database in
        let between = try await open(database, blobs, seed: seed)
        let report = try await BetweenAudit(between).run()
        #expect(report.violations.map(\.description) == [], "life \(life)")
        // What a crash has left of uploads goes, and nothing that is named.
        try await between.collectBlobs(olderThan: .zero)
        return try await live(between, on: disk, seed: seed, options)
      }
    }
  }
}

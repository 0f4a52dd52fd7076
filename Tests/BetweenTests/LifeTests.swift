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
    #expect(first.count(where: \.isWrite) == 57)
  }

  @Test("Of a hundred operations 97 read, and what was asked for else")
  func mix() {
    for share in [970, 500, 0, 1000] {
      var options = LifeOptions(couples: 10)
      options.readsPerThousand = share
      let reads = LifeGenerator(seed: 1, options).prefix(50_000).count { !$0.isWrite }
      #expect(abs(reads - share * 50) < 500, "\(reads)")
    }
    for isAll in [false, true] {
      var options = LifeOptions(couples: 10)
      (options.hasPhotos, options.breakUpsPerThousandWrites) = (isAll, isAll ? 4 : 0)
      let writes = LifeGenerator(seed: 1, options).prefix(50_000).filter(\.isWrite)
      let messages = Double(writes.count(where: \.action.isMessage)) / Double(writes.count)
      #expect((0.75...0.83).contains(messages), "most of what is written are messages: \(messages)")
    }
  }

  @Test("Everything there is to do is done, but what was left out")
  func everything() {
    func names(_ options: LifeOptions) -> Set<String> {
      let operations = LifeGenerator(seed: 1, options).prefix(20_000)
      return Set(operations.map { String("\($0.action)".prefix { $0 != "(" }) })
    }
    var options = LifeOptions(couples: 10)
    options.readsPerThousand = 500
    let photos: Set = [
      "sendPhoto", "sendVoice", "addPhoto", "deletePhoto", "createAlbum", "movePhoto",
      "requestBackup", "makeBackups",
    ]
    let breakUps: Set = ["breakUp", "makeUp", "pairAnew", "purge"]
    let least = names(options)
    #expect(least.isDisjoint(with: photos.union(breakUps)))
    (options.hasPhotos, options.breakUpsPerThousandWrites) = (true, 20)
    #expect(names(options) == least.union(photos).union(breakUps))
    #expect(least.count == 18)
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

  /// Has four clients live at once; returns how many operations were done, and how many refused for what.
  @discardableResult
  private func run(
    _ between: EmbeddedBetween, seed: UInt64, _ options: LifeOptions, count: Int
  ) async throws -> [String: Int] {
    let runner = LifeRunner(between, seed: seed)
    for couple in 0..<options.couples { try await runner.create(couple) }
    return try await withThrowingTaskGroup(of: [String: Int].self) { group in
      for client in 0..<4 {
        group.addTask {
          var counts: [String: Int] = [:]
          for operation in LifeGenerator(seed: seed &+ UInt64(client) << 32, options).prefix(count)
          {
            let outcome = try await runner.run(operation)
            counts[outcome.refusal?.description ?? "done", default: 0] += 1
          }
          return counts
        }
      }
      return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
    }
  }

  private func open(
    _ database: Database, _ blobs: InMemoryBlobStore, _ clock: any TimeSource = SystemTimeSource(),
    seed: UInt64 = 5
  ) async throws -> EmbeddedBetween {
    try await database.openBetween(
      passwords: PlainHasher(), blobs: blobs, clock: clock, random: SharedGenerator(seed: seed),
      options: .quick)
  }

  @Test("Lives of couples by many at once leave everything as it should be")
  func sound() async throws {
    TestSeed.announce("lives")
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    try await withDatabase(at: "/between", configuration: configuration) { database in
      let clock = ManualTimeSource()
      let between = try await open(database, InMemoryBlobStore(), clock)
      var options = LifeOptions(couples: 6)
      options.readsPerThousand = 300
      (options.hasPhotos, options.breakUpsPerThousandWrites) = (true, 20)
      for period in 0..<3 {
        let counts = try await run(
          between, seed: TestSeed.value, options, count: 100 * TestSeed.effort)
        #expect(counts["done", default: 0] > 200, "\(counts)")
        let report = try await BetweenAudit(between).run()
        #expect(report.violations.map(\.description) == [], "period \(period)")
        #expect(report.messages > 100 && report.couples > 0 && report.blobs > 0)
        clock.advance(by: between.options.restorePeriod)
      }
    }
  }

  @Test("Couples break up, make up, find each other anew, and are purged")
  func breakUps() async throws {
    try await withCouple(auditsAtEnd: false) { setting in
      let runner = LifeRunner(setting.between, seed: 3)
      try await runner.create(0)
      func run(_ action: LifeAction, isFirst: Bool = true) async throws -> LifeOutcome {
        let person = LifePerson(couple: 0, isFirst: isFirst)
        let outcome = try await runner.run(LifeOperation(person, action))
        try await setting.expectSound()
        return outcome
      }
      let couple = runner.members(of: 0).couple
      #expect(try await run(.send(text: "x")).sent?.couple == couple)
      #expect(try await run(.makeUp).refusal == .alreadyPaired)
      #expect(try await run(.deletePhoto).refusal == .noSuchObject)
      #expect(try await run(.breakUp).refusal == nil)
      #expect(try await run(.send(text: "x")).refusal == .notPaired)
      #expect(try await run(.makeUp).refusal == nil)
      #expect(try await run(.breakUp, isFirst: false).refusal == nil)
      #expect(try await run(.purge).refusal == .restorePeriodNotOver)
      setting.clock.advance(by: setting.between.options.restorePeriod)
      #expect(try await run(.makeUp).refusal == .restorePeriodOver)
      #expect(try await run(.pairAnew).refusal == nil)
      let second = try #require(try await run(.send(text: "y"), isFirst: false).sent)
      #expect(second.couple != couple && second.id == 1)
      #expect(try await run(.purge).refusal == nil)
      #expect(try await run(.openChat).records == 1)
      try await runner.create(0)
      try await setting.expectSound()
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
    (options.hasPhotos, options.breakUpsPerThousandWrites) = (true, 20)
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

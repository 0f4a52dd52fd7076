// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Replication survey")
struct ReplicationSurveyTests {
  /// A store of some SSTables, with something in the log that no SSTable has.
  private func filled(_ disk: any FileSystem) async throws -> EmbeddedStore {
    let store = try await TestVolumes.open(disk)
    try await store.createTable(TestStore.schema)
    for row in 0..<300 { try await TestVolumes.put(store, row, .operatingSystem) }
    try await store.flush()
    try await TestVolumes.put(store, 300, .disk)
    return store
  }

  private func survey(
    _ disk: any FileSystem, at path: String = "/d", boot: String = TestVolumes.boot
  ) async throws -> ReplicationSurvey {
    var configuration = TestVolumes.configuration(disk, boot: boot)
    configuration.replication = nil
    let found = try await EmbeddedStore.surveyVolumes(at: path, configuration: configuration)
    return try #require(found)
  }

  private func standings(_ survey: ReplicationSurvey) -> [String] {
    survey.volumes.map { "\($0.volume.name) \($0.standing)" }
  }

  @Test(
    "A whole store has nothing to tell, whichever of its volumes is named",
    arguments: TestVolumes.all)
  func whole(path: String) async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    let survey = try await survey(disk, at: path)
    #expect(survey.findings == [])
    #expect(survey.epoch == 1)
    #expect(standings(survey) == ["a counts", "b counts", "d counts"])
    #expect(survey.files.map(\.name) == (try TestVolumes.names(disk, "/a")))
    for file in survey.files {
      #expect(file.copies.map(\.volume) == ["a", "b", "d"])
      #expect(file.decision.isFulfilled && file.surplus.isEmpty)
      #expect(UInt64(disk.contents(of: "/a/" + file.name)?.count ?? -1) == file.bytes)
    }
    let bytes = survey.files.reduce(0) { $0 + $1.bytes }
    #expect(survey.volumes.allSatisfy { $0.fileBytes == bytes && $0.logBytesBehind == 0 })
  }

  @Test("Beside a writer nothing is written, no lock taken, and nothing amiss is told")
  func besideWriter() async throws {
    let disk = InMemoryFileSystem()
    let store = try await filled(disk)
    var told: [String] = []
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for row in 301..<2000 { try await TestVolumes.put(store, row, .operatingSystem) }
      }
      for _ in 0..<20 { told += try await survey(disk).findings }
      try await group.waitForAll()
    }
    #expect(told == [])
    #expect(try await TestVolumes.count(store) == 2000)
    try await store.close()
  }

  @Test("What is on volumes that are gone is told, and where it would be copied to")
  func missing() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    disk.loseDirectory("/a")
    let lost = try await survey(disk)
    #expect(standings(lost) == ["a missing", "b counts", "d counts"])
    #expect(lost.missing == ["an ephemeral volume in another rack than '2'"])
    #expect(
      lost.files.allSatisfy { $0.isDegraded && $0.lacking.isEmpty && $0.keeping == ["b", "d"] })
    #expect(lost.findings.first == "volume 'a' is missing: its directory is not there")
    // Another disk in its place.
    try disk.createDirectory("/a")
    let empty = try await survey(disk)
    #expect(standings(empty) == ["a empty", "b counts", "d counts"])
    #expect(empty.missing == [])
    #expect(empty.files.allSatisfy { $0.isDegraded && $0.lacking == ["a"] })
    let lines = try empty.explanation(of: "CURRENT")
    #expect(lines.contains { $0.hasPrefix("  a") && $0.hasSuffix(" chosen") })
    #expect(lines.contains { $0.hasPrefix("  d") && $0.hasSuffix(" chosen: it has a copy") })
  }

  @Test("A volume that was away is stale, and does not count, even if it is the one that is named")
  func stale() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    let away = try TestVolumes.all.map { path in (path, try contents(disk, path)) }[0].1
    disk.loseDirectory("/a")
    try await TestVolumes.open(disk).close()
    disk.loseDirectory("/a")
    try disk.createDirectory("/a")
    for (name, bytes) in away { try write(bytes, to: "/a/" + name, disk) }
    for path in TestVolumes.all {
      let survey = try await survey(disk, at: path)
      #expect(standings(survey) == ["a stale", "b counts", "d counts"], "\(path)")
      #expect(survey.epoch == 2)
      #expect(survey.volumes[0].epoch == 1)
      #expect(
        survey.files.allSatisfy { file in
          file.copies.allSatisfy { $0.isCounted == ($0.volume != "a") }
        })
      let isForeign = survey.files.filter { !$0.isInForce }.map { $0.copies.map(\.volume) }
      #expect(isForeign.allSatisfy { $0 == ["a"] })
    }
  }

  @Test(
    "After the machine has started anew an ephemeral volume does not count beside a durable one")
  func unsynced() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    let beside = try await survey(disk, boot: "second boot")
    #expect(standings(beside) == ["a not synced", "b not synced", "d counts"])
    #expect(beside.files.allSatisfy { $0.isDegraded && $0.keeping == ["d"] })
    disk.loseDirectory("/d")
    let alone = try await survey(disk, at: "/a", boot: "second boot")
    #expect(standings(alone) == ["a not synced", "b not synced", "d missing"])
    #expect(alone.files.allSatisfy { $0.keeping == ["a", "b"] })
  }

  @Test(
    "A copy that is too short, or an SSTable that nobody has, is degraded; a short one of the log is behind"
  )
  func lengths() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    let names = try TestVolumes.names(disk, "/a")
    let tables = names.filter { $0.hasSuffix(".sst") }
    #expect(tables.count > 1)
    let log = try #require(names.last { $0.hasSuffix(".log") })
    try shorten("/b/" + tables[0], by: 7, disk)
    for path in TestVolumes.all { try disk.remove(path + "/" + tables[1]) }
    try shorten("/d/" + log, by: 5, disk)
    let survey = try await survey(disk)
    #expect(survey.files.filter(\.isDegraded).map(\.name) == Array(tables[0...1]))
    #expect(survey.files.first { $0.name == tables[0] }?.lacking == ["b"])
    #expect(survey.files.first { $0.name == tables[1] }?.copies == [])
    #expect(survey.volumes.map(\.logBytesBehind) == [0, 0, 5])
    #expect(
      survey.findings == [
        "\(tables[0]) and one other file lack copies that the policy asks for"
      ])
  }

  @Test("A damaged record of another volume, or of another store, is told of that volume alone")
  func damagedRecord() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    disk.flipBit(8 * 30, of: "/b/VOLUME")
    let survey = try await survey(disk)
    #expect(standings(survey) == ["a counts", "b failed", "d counts"])
    #expect(survey.findings.first?.contains("/b/VOLUME") ?? false)
    let report = try await EmbeddedStore.verify(
      at: "/d", isDeep: true, configuration: TestVolumes.configuration(disk))
    #expect(report.findings.map(\.file) == ["/b/VOLUME"])
    await #expect(throws: StoreError.self) { try await self.survey(disk, at: "/b") }
  }

  @Test("A store without volumes has none to look at, and no store is none")
  func plain() async throws {
    let disk = InMemoryFileSystem()
    try await TestStore.open(disk).close()
    let configuration = TestStore.configuration(disk)
    #expect(
      try await EmbeddedStore.surveyVolumes(at: "/store", configuration: configuration)?.store
        == nil)
    await #expect(throws: StoreError.self) {
      try await EmbeddedStore.surveyVolumes(at: "/nowhere", configuration: configuration)
    }
  }

  private func contents(
    _ disk: InMemoryFileSystem, _ path: String
  ) throws -> [(name: String, bytes: [UInt8])] {
    try disk.list(path).filter { $0 != "LOCK" }.map {
      ($0, disk.contents(of: path + "/" + $0) ?? [])
    }
  }

  private func write(_ bytes: [UInt8], to path: String, _ disk: InMemoryFileSystem) throws {
    try disk.open(path, .createNew).close()
    disk.setContents(of: path, to: bytes)
  }

  private func shorten(_ path: String, by count: Int, _ disk: InMemoryFileSystem) throws {
    let bytes = try #require(disk.contents(of: path))
    disk.setContents(of: path, to: Array(bytes.dropLast(count)))
  }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Metrics as text")
struct MetricsTextTests {
  /// A value of which no two figures are alike.
  private static var metrics: Metrics {
    var metrics = Metrics()
    metrics.elapsed = .milliseconds(12_345)
    (metrics.commits.inMemory, metrics.commits.inOperatingSystem, metrics.commits.onDisk) = (
      1, 2, 3
    )
    (metrics.commits.rows, metrics.commits.cells) = (4, 5)
    (metrics.commits.staleChecks, metrics.commits.refused) = (6, 7)
    (metrics.log.records, metrics.log.writes, metrics.log.syncs) = (90, 40, 8)
    (metrics.log.bytes, metrics.log.segments, metrics.log.retainedBytes) = (2 << 20, 9, 1536)
    (metrics.reads.gets, metrics.reads.conditions, metrics.reads.scans) = (10, 11, 12)
    (metrics.reads.filterChecks, metrics.reads.filterRejections) = (14, 13)
    (metrics.reads.scannedRows, metrics.reads.blockBytesRead) = (15, 1023)
    (metrics.cache.hits, metrics.cache.misses) = (30, 10)
    (metrics.cache.bytes, metrics.cache.capacityBytes) = (1 << 10, 5 << 30)
    metrics.memory.budgetBytes = 256 << 20
    (metrics.flushes.count, metrics.flushes.bytes, metrics.flushes.waiting) = (16, 1 << 20, 17)
    (metrics.compactions.count, metrics.compactions.runsMax) = (18, 19)
    (metrics.compactions.bytesRead, metrics.compactions.bytesWritten) = (1 << 20, 1 << 20)
    (metrics.regions.count, metrics.regions.splits, metrics.regions.merges) = (20, 21, 22)
    (metrics.snapshots.open, metrics.snapshots.expired) = (23, 24)
    metrics.snapshots.oldestAge = .seconds(90)
    metrics.snapshots.ageMax = .seconds(3600)
    (metrics.errors.halts, metrics.errors.resumptions, metrics.errors.damage) = (25, 26, 27)
    metrics.stalls[.filesToCompact].count = 28
    metrics.stalls[.filesToCompact].total = .milliseconds(1500)
    metrics.stalls[.filesToCompact].longest = .microseconds(49_960)
    metrics.stalls[.logQueueFull].waiting = 29
    var table = Metrics.TableFiles(name: "account")
    (table.regions, table.upperFiles, table.upperBytes) = (1, 3, 1_073_741_823)
    (table.bottomFiles, table.bottomBytes, table.readAmplification) = (2, 10 << 20, 4)
    metrics.tables = [table]
    return metrics
  }

  @Test("The table is as the article shows it")
  func table() {
    #expect(
      Self.metrics.description == """
        elapsed      12.3 s
        commits      6          1 in memory, 2 in the system; 3 on disk; 4 rows, 5 cells; 6 checked again, 7 refused
        log          2.0 MiB    90 records, 40 writes, 8 syncs; 11.25 records a sync; 9 segments, 1.5 KiB kept
        gets         10         11 conditions; 12 scans of 15 rows; 13 of 14 filters said no; 1023 B from files
        flushes      16         1.0 MiB; 17 memtables wait
        compactions  18         1.0 MiB read; 1.0 MiB written; 19 runs at the most; write amplification 2.00
        memory       256.0 MiB  memtables 0 B; indexes and filters 0 B; blocks 0 B; rows 0 B
        block hits   0.75       30 hits, 10 misses; 1.0 KiB of 5.0 GiB
        row hits     -          0 hits, 0 misses; 0 B of 0 B
        regions      20         21 splits, 22 merges
        snapshots    23         the oldest for 90.0 s; 24 expired, after 60.0 min
        halts        25         26 resumptions; 27 things damaged; writable
        scrubs       0          0 B
        recovery     0 us       0 records; 0 bytes dropped, 0 orphans
        events       0          0 dropped

        stalls             count  total  longest  waiting
        memtablesToFlush       0   0 us     0 us        0
        filesToCompact        28  1.5 s  50.0 ms        0
        logQueueFull           0   0 us     0 us       29
        durableCopyBehind      0   0 us     0 us        0

        table    regions  upper    bytes  bottom     bytes  read amplification
        account        1      3  1.0 GiB       2  10.0 MiB                   4
        """)
  }

  /// With copies on two volumes.
  private static var replicated: Metrics {
    var metrics = metrics
    var replication = Metrics.Replication()
    replication.missing = "a durable volume"
    (replication.filesWaiting, replication.bytesBehind) = (30, 31 << 10)
    (replication.hedgedReads, replication.failedReads) = (32, 33)
    (replication.volumeFailures, replication.volumeRecoveries) = (34, 35)
    (replication.copiesMade, replication.bytesCopied) = (36, 37 << 20)
    (replication.copiesDamaged, replication.copiesMoved) = (38, 39)
    var first = Metrics.Volume(name: "one")
    (first.files, first.bytes, first.freeBytes) = (40, 41 << 20, 42 << 30)
    first.readLatency = .microseconds(43)
    var second = Metrics.Volume(name: "another")
    second.healthy = 0
    replication.volumes = [first, second]
    metrics.replication = replication
    return metrics
  }

  @Test("What is on volumes is told of a store that has some")
  func volumes() throws {
    let lines = Self.replicated.description.split(separator: "\n")
    #expect(
      lines.filter { $0.hasPrefix("copies") || $0.hasPrefix("volumes") } == [
        "copies       36 made    37.0 MiB; 38 damaged, 39 moved; 30 files wait; 31.0 KiB behind; missing: a durable volume",
        "volumes      2          34 failures, 35 recoveries; 32 hedged reads, 33 failed",
      ])
    #expect(
      lines.suffix(3).joined(separator: "\n") == """
        volume   in use  files     bytes      free   read
        one         yes     40  41.0 MiB  42.0 GiB  43 us
        another      no      0       0 B         -   0 us
        """)
    #expect(!Self.metrics.description.contains("volume"))
    let difference = Self.replicated.since(Self.replicated)
    #expect(difference.replication?.copiesMade == 0 && difference.replication?.filesWaiting == 30)
    #expect(difference.replication?.volumes.count == 2)
  }

  private func parse(_ text: String) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  /// Holds what was parsed against the figures, name by name.
  private func check(_ parsed: Any?, _ figures: [MetricsFigure], _ place: String) throws {
    let members = try #require(parsed as? [String: Any], "\(place)")
    #expect(Set(members.keys) == Set(figures.map(\.name)), "\(place)")
    for figure in figures {
      let member = members[figure.name]
      switch figure.value {
      case .number(let number): #expect((member as? NSNumber)?.uint64Value == number, "\(place)")
      case .ratio(let ratio): #expect((member as? NSNumber)?.doubleValue == ratio, "\(place)")
      case .text(let text): #expect(member as? String == text, "\(place)")
      case .missing: #expect(member is NSNull, "\(place).\(figure.name)")
      }
    }
  }

  @Test("JSON has every figure under its name, in the article's order")
  func json() throws {
    var metrics = Self.replicated
    metrics.commits.cells = .max
    metrics.errors.cause = "\"quoted\" \\ back\nline\ttab\r\u{1}\u{1F} 판전 \u{1F3E0}"
    metrics.tables[0].name = "a\"b\\c"
    let text = metrics.json()
    #expect(!text.contains("\n"))
    let parsed = try parse(text)
    #expect((parsed["elapsedMicroseconds"] as? NSNumber)?.uint64Value == 12_345_000)
    #expect(Set(parsed.keys) == Set(metrics.sections.map(\.name) + ["elapsedMicroseconds"]))
    var last = text.startIndex
    for section in metrics.sections {
      let begin = try #require(text.range(of: "\"\(section.name)\":{", range: last..<text.endIndex))
      last = begin.upperBound
      guard section.dimension != nil else {
        try check(parsed[section.name], section.instances[0].figures, section.name)
        continue
      }
      let instances = try #require(parsed[section.name] as? [String: Any])
      #expect(instances.count == section.instances.count)
      for instance in section.instances {
        try check(instances[instance.name], instance.figures, "\(section.name).\(instance.name)")
      }
    }
  }

  @Test("What is no number, or without bounds, is null; an empty store is valid JSON too")
  func nulls() throws {
    #expect(try (parse(Metrics().json())["tables"] as? [String: Any])?.isEmpty == true)
    var metrics = Metrics()
    metrics.log.records = 1
    let log = try #require(try parse(metrics.json())["log"] as? [String: Any])
    #expect(log["recordsPerSync"] is NSNull)
  }

  @Test("The figures of a working store are valid JSON")
  func store() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    var put = Put("r")
    put.add(family: "data", qualifier: "q", value: "v")
    try await store.put(put, in: "t", durability: .disk)
    let parsed = try parse(store.metrics.json())
    #expect((parsed["tables"] as? [String: Any])?["t"] != nil)
    let commits = try #require(parsed["commits"] as? [String: Any])
    #expect((commits["onDisk"] as? NSNumber)?.intValue == 1)
    try await store.close()
  }
}

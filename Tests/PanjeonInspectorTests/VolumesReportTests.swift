// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonInspector
import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("What is printed of volumes")
struct VolumesReportTests {
  /// A store that was closed, on real directories `a`, `b` and `d`; one SSTable, and a log.
  private func filled(_ scratch: ScratchDirectory) async throws {
    var configuration = StoreConfiguration()
    configuration.replication = ReplicationConfiguration(volumes: [
      Volume("a", at: scratch.path + "/a", rack: "1", storageClass: .ephemeral),
      Volume("b", at: scratch.path + "/b", rack: "2", storageClass: .ephemeral),
      Volume(
        "d", at: scratch.path + "/d", rack: "3", storageClass: .durable, capacityBytes: 3 << 30),
    ])
    let store = try await EmbeddedStore.open(at: scratch.path + "/d", configuration: configuration)
    try await store.createTable(TableSchema(name: "t", families: [ColumnFamily("f")]))
    for row in 0..<10 {
      try await store.mutate(
        RowMutations(
          Bytes(utf8: "row \(row)"),
          [.put(Column(family: "f", qualifier: "q"), timestamp: nil, value: Bytes(utf8: "v"))]),
        in: "t", durability: .disk)
    }
    try await store.close()
  }

  private let policy =
    "policy all(across(2, rack, one(ephemeral)), one(durable)): two ephemeral volumes in different racks, and a durable volume"

  /// What is told once `b` is gone.
  private let findings = [
    "finding: volume 'b' is missing: its directory is not there",
    "finding: the policy lacks an ephemeral volume in another rack than '1'",
    "finding: 000001.log and three other files lack copies that the policy asks for",
  ]

  private func survey(_ scratch: ScratchDirectory) async throws -> ReplicationSurvey {
    try #require(try await EmbeddedStore.surveyVolumes(at: scratch.path + "/d"))
  }

  /// Lines without what differs from run to run: where the directory is, the store's number, sizes.
  private func lines(_ text: String, _ scratch: ScratchDirectory) -> [String] {
    text.split(separator: "\n").map { line in
      var line = String(line)
      line.replace(scratch.path, with: "DIR")
      if line.hasPrefix("store ") { line = "store N" + line.dropFirst(38) }
      let sizes = /[ ]+[0-9.]+ (B|KiB)\b/
      line.replace(sizes, with: " SIZE")
      // How much room there is.
      line.replace(#/[ ]+free[ ]/#, with: " free ")
      line.replace(#/[ ]SIZE[ ]+-[ ]SIZE/#, with: " SIZE - SIZE")
      let room = #/[ ]SIZE[ ]+([0-9.]+[ ][MGTPE]iB|SIZE)[ ]SIZE/#
      return line.replacing(room, with: " SIZE FREE SIZE")
    }
  }

  @Test("Of a whole store the volumes, and that the policy is fulfilled")
  func whole() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    try await filled(scratch)
    let report = VolumesReport(try await survey(scratch))
    #expect(report.findings.isEmpty)
    #expect(
      lines(report.text, scratch) == [
        "store N, epoch 1", policy,
        "volume  class      zone  rack  state   epoch  files       size free  log behind  capacity  directory",
        "a       ephemeral  1     1     counts      1      4 SIZE FREE SIZE       any  DIR/a",
        "b       ephemeral  1     2     counts      1      4 SIZE FREE SIZE       any  DIR/b",
        "d       durable    1     3     counts      1      4 SIZE FREE SIZE   3.0 GiB  DIR/d",
        "the policy is fulfilled, for all of 4 files",
      ])
  }

  @Test("Of a store that has lost a volume what it lacks, and which files")
  func missing() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    try await filled(scratch)
    try TemporaryDirectory.remove(scratch.path + "/b")
    let survey = try await survey(scratch)
    let report = VolumesReport(survey)
    #expect(
      lines(report.text, scratch) == [
        "store N, epoch 1", policy,
        "volume  class      zone  rack  state    epoch  files       size free  log behind  capacity  directory",
        "a       ephemeral  1     1     counts       1      4 SIZE FREE SIZE       any  DIR/a",
        "b       ephemeral  1     2     missing      -      0 SIZE - SIZE       any  DIR/b",
        "d       durable    1     3     counts       1      4 SIZE FREE SIZE   3.0 GiB  DIR/d",
      ] + findings + ["3 findings; files that lack copies: 4 of 4"])
    let lacking = "lacks an ephemeral volume in another rack than '1'"
    #expect(
      lines(PlacementReport(survey).text, scratch) == [
        String(policy.prefix { $0 != ":" }),
        "file                  size  a     b  d",
        "000001.log SIZE  copy  -  copy  \(lacking)",
        "000002.sst SIZE  copy  -  copy  \(lacking)",
        "CURRENT SIZE  copy  -  copy  \(lacking)",
        "MANIFEST-000001 SIZE  copy  -  copy  \(lacking)",
      ] + findings + ["files that lack copies: 4 of 4"])
    #expect(
      lines(PlacementReport(survey, limit: 1).text, scratch) == [
        String(policy.prefix { $0 != ":" }),
        "file             size  a     b  d",
        "000001.log SIZE  copy  -  copy  \(lacking)", "... and 3 more",
      ] + findings + ["files that lack copies: 4 of 4"])
    let explained = lines(try ExplanationReport(survey, file: "CURRENT").text, scratch)
    #expect(
      explained.map { $0.split(separator: " ").joined(separator: " ") } == [
        "CURRENT: there is a copy on 'a' (27 B), 'd' (27 B)",
        "policy: all(across(2, rack, one(ephemeral)), one(durable))",
        "it asks for two ephemeral volumes in different racks, and a durable volume",
        "a file of SIZE goes to 'a' and 'd'",
        "a ephemeral rack '1' SIZE used, 0 % taken chosen: it has a copy",
        "b ephemeral rack '2' SIZE used missing: it is not there",
        "d durable rack '3' SIZE used, 0 % taken chosen: it has a copy",
        "missing: an ephemeral volume in another rack than '1'",
        "the file would be degraded",
      ])
  }

  @Test("A file that is nowhere is refused, and how to find those there are is told")
  func unknownFile() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    try await filled(scratch)
    let survey = try await survey(scratch)
    let error = #expect(throws: StoreError.self) {
      try ExplanationReport(survey, file: "999999.sst")
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("without --explain") ?? false)
  }
}

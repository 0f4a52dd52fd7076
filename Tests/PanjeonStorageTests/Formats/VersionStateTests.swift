// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Version state")
struct VersionStateTests {
  private static let schema = TableSchema(name: "t", families: [ColumnFamily("data")])

  private func begin(_ ranges: [KeyRange]) throws(StoreError) -> VersionState {
    var state = VersionState()
    try state.apply(edit(ranges))
    return state
  }

  private func edit(_ ranges: [KeyRange]) -> VersionEdit {
    var edit = VersionEdit()
    edit.createdTables = [TableRecord.numbering(Self.schema, id: 1)]
    edit.addedRegions = ranges.enumerated().map { index, rows in
      RegionRecord(id: UInt64(index + 1), tableID: 1, rows: rows)
    }
    return edit
  }

  private func file(
    _ number: UInt64, region: UInt64, level: UInt8 = 0, rows: (Bytes, Bytes) = ("a", "z"),
    bounds: KeyRange? = nil
  ) -> FileRecord {
    FileRecord(
      regionID: region, group: 0, number: number, level: level, fileBytes: 100, cellCount: 10,
      deleteCount: 0, smallestSequence: number, largestSequence: number + 5, smallestRow: rows.0,
      largestRow: rows.1, originRegionID: bounds == nil ? nil : 1, bounds: bounds)
  }

  @Test("Regions that leave a gap, overlap or end early are refused")
  func cover() throws {
    _ = try begin([KeyRange(to: "m"), KeyRange(from: "m")])
    for wrong in [
      [KeyRange(to: "m"), KeyRange(from: "n")], [KeyRange(to: "m"), KeyRange(from: "l")],
      [KeyRange(from: "a")], [KeyRange(to: "m")], [KeyRange(), KeyRange()],
      [KeyRange(to: "m"), KeyRange(from: "m", to: "m"), KeyRange(from: "m")],
    ] {
      #expect(throws: StoreError.self, "\(wrong)") { _ = try begin(wrong) }
    }
  }

  @Test(
    "A split hands files on, a file goes when its last name does, and nothing is named outside its region"
  )
  func names() throws {
    var state = try begin([KeyRange()])
    var first = VersionEdit()
    first.addedFiles = [file(7, region: 1)]
    first.flushedThrough = [FlushedThrough(regionID: 1, group: 0, sequence: 12)]
    try state.apply(first)
    let halves = [KeyRange(to: "m"), KeyRange(from: "m")]
    var split = VersionEdit()
    split.retiredRegions = [1]
    split.addedRegions = halves.enumerated().map { index, rows in
      RegionRecord(id: UInt64(index + 2), tableID: 1, rows: rows)
    }
    split.addedFiles = [
      file(7, region: 2, bounds: halves[0]), file(7, region: 3, bounds: halves[1]),
    ]
    try state.apply(split)
    #expect(state.unnamedFiles.isEmpty && state.fileNumbers == [7])
    #expect(
      state.retiredRegions == [RetiredRegion(id: 1, tableID: 1, rows: .all, flushedThrough: [12])])
    var removal = VersionEdit()
    removal.removedFiles = [RemovedFile(regionID: 2, group: 0, part: TablePart(number: 7))]
    try state.apply(removal)
    #expect(state.unnamedFiles.isEmpty)
    removal.removedFiles = [
      RemovedFile(regionID: 3, group: 0, part: TablePart(number: 7, start: "m"))
    ]
    removal.forgottenRegions = [1]
    try state.apply(removal)
    #expect(state.unnamedFiles == [7] && state.fileNumbers.isEmpty)
    #expect(state.retiredRegions.isEmpty)
    for wrong in [
      file(8, region: 2), file(8, region: 3, bounds: halves[0]), file(8, region: 1),
      file(8, region: 2, bounds: KeyRange(from: "z", to: "a")),
    ] {
      var edit = VersionEdit()
      edit.addedFiles = [wrong]
      var copy = state
      #expect(throws: StoreError.self, "\(wrong)") { try copy.apply(edit) }
    }
  }

  @Test("An edit with every field is what it was when it has been written and read")
  func coding() throws {
    var edit = edit([KeyRange(to: "m"), KeyRange(from: "m")])
    edit.nextFileNumber = 300
    edit.lastSequence = 1 << 40
    edit.lastTimestamp = -5
    edit.minLogNumber = 3
    edit.retiredRegions = [4, 5]
    edit.rememberedRegions = [
      RetiredRegion(id: 9, tableID: 1, rows: KeyRange(from: "k"), flushedThrough: [0, 77])
    ]
    edit.forgottenRegions = [8]
    edit.addedFiles = [
      file(7, region: 1), file(8, region: 1, bounds: KeyRange(from: "b", to: "c")),
      file(9, region: 2, bounds: KeyRange(from: "b")), file(10, region: 2),
    ]
    edit.addedFiles[3].originRegionID = 6
    edit.removedFiles = [
      RemovedFile(regionID: 1, group: 0, part: TablePart(number: 2)),
      RemovedFile(regionID: 1, group: 0, part: TablePart(number: 2, start: "b")),
    ]
    edit.flushedThrough = [FlushedThrough(regionID: 1, group: 0, sequence: 200)]
    edit.origins = [
      RegionOrigin(regionID: 2, parents: [1], createdAt: 1_800_000_000_000_000, cause: "크다")
    ]
    edit.requests = [RegionRequests(regionID: 2, reads: 1, writes: 1 << 62)]
    let policies: [SplitPolicy] = [
      .manual, .disabled, SplitPolicy(.constantSize(bytesMax: 1), grouping: .prefix(bytes: 8)),
      SplitPolicy(.stepping(bytesMax: .max), grouping: .delimiter(0)), .default,
    ]
    edit.splitPolicies = policies.enumerated().map {
      SplitPolicyRecord(tableID: UInt32($0), policy: $1)
    }
    let bytes = edit.encode()
    let read = try bytes.withRawBytes { (bytes) throws(StoreError) in
      try VersionEdit.decode(bytes, file: "MANIFEST", offset: 0)
    }
    #expect(read == edit)
    for length in 0..<bytes.count {
      // Cut short, it is an error or an edit of fewer fields, never a trap.
      _ = try? Array(bytes[..<length]).withRawBytes { (bytes) throws(StoreError) in
        try VersionEdit.decode(bytes, file: "MANIFEST", offset: 0)
      }
    }
  }

  @Test("One edit leads from nothing to any state")
  func snapshot() throws {
    var state = try begin([KeyRange(to: "m"), KeyRange(from: "m")])
    var edit = VersionEdit()
    edit.retiredRegions = [1, 2]
    edit.addedRegions = [RegionRecord(id: 3, tableID: 1, rows: KeyRange())]
    edit.addedFiles = [file(5, region: 3)]
    edit.splitPolicies = [SplitPolicyRecord(tableID: 1, policy: .manual)]
    edit.origins = [RegionOrigin(regionID: 3, parents: [1, 2], createdAt: 1, cause: "it was")]
    try state.apply(edit)
    var again = VersionState()
    try again.apply(state.snapshotEdit())
    #expect(again.snapshotEdit() == state.snapshotEdit())
    #expect(again.nextRegionID == 4 && again.tables.first?.schema.splitPolicy == .manual)
  }
}

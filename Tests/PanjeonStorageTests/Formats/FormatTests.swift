// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// The example bytes of the pages under Formats, made by the code.
@Suite("Formats")
struct FormatTests {
  private func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: " ")
  }

  private func key(_ qualifier: Bytes, _ timestamp: Int64, _ sequence: UInt64) -> [UInt8] {
    var key: [UInt8] = []
    qualifier.withUnsafeBytes {
      CellKey.append(
        family: 1, qualifier: $0, timestamp: timestamp, sequence: sequence, kind: .put, to: &key)
    }
    return key
  }

  @Test("A cell key is encoded as its page shows, and sorts as its page says")
  func cellKey() {
    #expect(
      hex(key("a\0b", 1000, 7))
        == "01 01 61 00 ff 62 00 00 7f ff ff ff ff ff fc 17 ff ff ff ff ff ff ff f8 01")
    var delete: [UInt8] = []
    CellKey.appendFamilyDelete(family: 1, timestamp: .max, sequence: 8, to: &delete)
    #expect(hex(delete) == "01 00 00 00 00 00 00 00 00 00 ff ff ff ff ff ff ff f7 04")
    let ordered = [
      delete, key("", 5, 1), key("\0", 5, 1), key("a", 9, 1), key("a", 5, 2), key("a", 5, 1),
      key("a", -5, 9), key("a\0", 5, 1), key("a\0b", 5, 1), key("ab", 5, 1),
    ]
    #expect(ordered.map { Bytes($0) }.sorted() == ordered.map { Bytes($0) })
    for key in ordered {
      #expect(key.withUnsafeBytes { CellKey.isWellFormed($0) })
      #expect(!key.dropLast().withUnsafeBytes { CellKey.isWellFormed(UnsafeRawBufferPointer($0)) })
    }
  }

  @Test("A log segment with one record has the bytes its page shows")
  func logSegment() throws {
    let disk = InMemoryFileSystem()
    let file = try disk.open("/log", .createNew)
    var writer = LogWriter(file: file, number: 9, previous: (number: 8, end: 4096))
    Array("hello".utf8).withUnsafeBytes { writer.append($0) }
    try writer.flush()
    #expect(
      hex(disk.contents(of: "/log") ?? [])
        == """
        73 2a 28 9f 20 00 05 09 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
        50 4a 4c 47 01 00 00 00 09 00 00 00 00 00 00 00 08 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00 \
        f2 78 1c 3a 05 00 01 09 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 68 65 6c 6c 6f
        """)
  }

  @Test("The marker file and a MANIFEST's first edit have the bytes their page shows")
  func manifest() throws {
    let disk = InMemoryFileSystem()
    try disk.createDirectory("/store")
    try CurrentFile.write(1, in: "/store", disk)
    #expect(
      String(decoding: disk.contents(of: "/store/CURRENT") ?? [], as: UTF8.self)
        == "MANIFEST-000001 1 3fd6ed23\n")
    var edit = VersionEdit()
    edit.nextFileNumber = 300
    edit.flushedThrough = [FlushedThrough(regionID: 1, group: 0, sequence: 200)]
    #expect(hex(edit.encode()) == "01 02 ac 02 09 04 01 00 c8 01")
    var merge = VersionEdit()
    merge.retiredRegions = [3, 4]
    merge.addedRegions = [RegionRecord(id: 5, tableID: 1, rows: KeyRange(from: "b"))]
    merge.removedFiles = [
      RemovedFile(regionID: 2, group: 0, part: TablePart(number: 7, start: "b"))
    ]
    #expect(hex(merge.encode()) == "0a 01 03 0a 01 04 06 05 05 01 01 62 00 0c 05 02 00 07 01 62")
  }

  @Test("An SSTable of one cell has the bytes its page shows")
  func table() throws {
    let disk = InMemoryFileSystem()
    let file = try disk.open("/table", .createNew)
    let builder = TableBuilder(
      file: file, options: TableOptions(regionID: 1, localityGroup: 0))
    try Array("r".utf8).withRawBytes { (row) throws(StoreError) in
      try key("q", 1000, 7).withRawBytes { (key) throws(StoreError) in
        try Array("v".utf8).withRawBytes { (value) throws(StoreError) in
          try builder.add(row: row, key: key, value: value)
        }
      }
    }
    _ = try builder.finish()
    let bytes = disk.contents(of: "/table") ?? []
    #expect(
      hex(bytes.prefix(52))
        == """
        01 72 01 00 00 00 16 01 01 01 71 00 00 7f ff ff ff ff ff fc 17 ff ff ff ff ff ff ff f8 01 76 \
        00 00 00 00 00 00 00 80 01 00 00 00 00 2b 00 00 00 d1 e8 9c b4
        """)
    #expect(bytes.count == 288)
    #expect(
      hex(bytes.suffix(52))
        == """
        34 00 00 00 00 00 00 00 44 00 00 00 78 00 00 00 00 00 00 00 24 00 00 00 9c 00 00 00 00 00 00 00 \
        50 00 00 00 01 00 00 00 b3 a2 88 36 50 61 6e 6a 65 6f 6e 53
        """)
  }

  @Test("The row hash and the checksum are what they have always been")
  func hashes() {
    #expect(Array("123456789".utf8).withUnsafeBytes { Checksum.crc32c($0) } == 0xE306_9283)
    let hashes: [(String, UInt64)] = [
      ("a", 0x0BEE_E414_FEB7_BD07), ("12345678", 0x5033_4785_10F2_042B),
      ("123456789", 0xD9F1_429F_B077_C165),
    ]
    for (row, hash) in hashes {
      #expect(Array(row.utf8).withUnsafeBytes { RowHash.hash($0) } == hash)
    }
  }

  @Test("Numbers that could not be counted up any more are corruption, not a trap")
  func implausibleNumbers() throws {
    func refuses(_ body: () throws(StoreError) -> Void) -> Bool {
      do throws(StoreError) {
        try body()
        return false
      } catch {
        return error.code == .corruption
      }
    }
    // Found by the fuzzer: no rows, sequence zero.
    for sequence in [0, UInt64.max, 1 << 63] {
      var record: [UInt8] = []
      record.appendFixed64LE(sequence)
      record.appendFixed64LE(5)
      record.appendFixed32LE(0)
      let isRefused = refuses { () throws(StoreError) in
        try record.withRawBytes { (bytes) throws(StoreError) in
          _ = try LogRecord.decode(bytes) { _, _ in
            true
          } onCell: { _, _ in
          }
        }
      }
      #expect(isRefused, "sequence \(sequence)")
    }
    let changes: [(inout VersionEdit) -> Void] = [
      { $0.lastSequence = .max }, { $0.nextFileNumber = 1 << 63 }, { $0.minLogNumber = .max },
      { $0.lastTimestamp = .max }, { $0.lastTimestamp = .min },
      { $0.addedRegions = [RegionRecord(id: .max, tableID: 1, rows: .all)] },
      { $0.requests = [RegionRequests(regionID: 1, reads: .max, writes: .max)] },
    ]
    for (number, change) in changes.enumerated() {
      var edit = VersionEdit()
      change(&edit)
      let bytes = edit.encode()
      let isRefused = refuses { () throws(StoreError) in
        try bytes.withRawBytes { (bytes) throws(StoreError) in
          _ = try VersionEdit.decode(bytes, file: "MANIFEST", offset: 0)
        }
      }
      #expect(isRefused, "change \(number)")
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension [UInt8] {
  /// First row, whether there is an end, end.
  mutating func append(_ rows: KeyRange) {
    append(sized: rows.start)
    append(rows.stop == nil ? 0 : 1)
    if let stop = rows.stop { append(sized: stop) }
  }
}

extension ByteReader {
  mutating func readKeyRange() throws(MalformedBytes) -> KeyRange {
    let start = try readOwnedBytes()
    let stop = try readByte() == 0 ? nil : try readOwnedBytes()
    return KeyRange(from: start, to: stop)
  }
}

extension FileRecord {
  /// Whether the record says more than that a file lies in the region that it was written for.
  var isShared: Bool { bounds != nil || originRegionID != regionID }

  func encode(to bytes: inout [UInt8]) {
    for number in [
      regionID, UInt64(group), number, UInt64(level), fileBytes, cellCount, deleteCount,
      smallestSequence, largestSequence,
    ] { bytes.appendVarint(number) }
    bytes.append(sized: smallestRow)
    bytes.append(sized: largestRow)
    guard isShared else { return }
    bytes.appendVarint(originRegionID)
    bytes.append(bounds == nil ? 0 : 1)
    if let bounds { bytes.append(bounds) }
  }

  init(_ reader: inout ByteReader, isShared: Bool) throws(MalformedBytes) {
    self.init(
      regionID: try reader.readVarint(), group: UInt32(try reader.readCount(max: 1 << 20)),
      number: try reader.readVarint(), level: UInt8(try reader.readCount(max: 1)),
      fileBytes: try reader.readVarint(), cellCount: try reader.readVarint(),
      deleteCount: try reader.readVarint(), smallestSequence: try reader.readVarint(),
      largestSequence: try reader.readVarint(), smallestRow: try reader.readOwnedBytes(),
      largestRow: try reader.readOwnedBytes())
    guard isShared else { return }
    originRegionID = try reader.readVarint()
    bounds = try reader.readByte() == 0 ? nil : try reader.readKeyRange()
  }
}

extension RemovedFile {
  func encode(to bytes: inout [UInt8]) {
    bytes.appendVarint(regionID)
    bytes.appendVarint(UInt64(group))
    bytes.appendVarint(part.number)
    if !part.start.isEmpty { bytes.append(sized: part.start) }
  }

  init(_ reader: inout ByteReader, isPart: Bool) throws(MalformedBytes) {
    let regionID = try reader.readVarint()
    let group = UInt32(try reader.readCount(max: 1 << 20))
    let number = try reader.readVarint()
    let start = isPart ? try reader.readOwnedBytes() : Bytes()
    self.init(regionID: regionID, group: group, part: TablePart(number: number, start: start))
  }
}

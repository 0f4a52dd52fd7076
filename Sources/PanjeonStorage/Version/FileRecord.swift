// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// An SSTable, or the part of one, as a region has it by the MANIFEST.
///
/// After a split two regions name the same file, each with the bounds within which it sees it.
package struct FileRecord: Hashable, Sendable {
  package var regionID: UInt64
  package var group: UInt32
  package var number: UInt64
  /// Zero: tiered, may overlap others.
  ///
  /// One: leveled, overlaps none of its level.
  package var level: UInt8
  /// Of the whole file, as everything below that is not said to be otherwise.
  package var fileBytes: UInt64
  package var cellCount: UInt64
  package var deleteCount: UInt64
  package var smallestSequence: UInt64
  package var largestSequence: UInt64
  package var smallestRow: Bytes
  package var largestRow: Bytes
  /// The region that the file was written for.
  package var originRegionID: UInt64
  /// The rows that the region sees of the file; nil: all of them.
  package var bounds: KeyRange?

  package init(
    regionID: UInt64, group: UInt32, number: UInt64, level: UInt8, fileBytes: UInt64,
    cellCount: UInt64, deleteCount: UInt64, smallestSequence: UInt64, largestSequence: UInt64,
    smallestRow: Bytes, largestRow: Bytes, originRegionID: UInt64? = nil, bounds: KeyRange? = nil
  ) {
    self.regionID = regionID
    self.group = group
    self.number = number
    self.level = level
    self.fileBytes = fileBytes
    self.cellCount = cellCount
    self.deleteCount = deleteCount
    self.smallestSequence = smallestSequence
    self.largestSequence = largestSequence
    self.smallestRow = smallestRow
    self.largestRow = largestRow
    self.originRegionID = originRegionID ?? regionID
    self.bounds = bounds
  }

  /// The record of an SSTable that has been written.
  package init(
    regionID: UInt64, group: UInt32, number: UInt64, level: UInt8, _ properties: TableProperties,
    fileBytes: UInt64
  ) {
    self.init(
      regionID: regionID, group: group, number: number, level: level, fileBytes: fileBytes,
      cellCount: properties.cellCount, deleteCount: properties.deleteCount,
      smallestSequence: properties.smallestSequence, largestSequence: properties.largestSequence,
      smallestRow: properties.smallestRow, largestRow: properties.largestRow)
  }

  /// Which part of which file.
  package var part: TablePart { TablePart(number: number, start: bounds?.start ?? Bytes()) }

  /// The rows that the file has and the region sees, as narrow as is known; never without an end.
  package var rows: KeyRange {
    bounds.map { fileRows.intersection($0) } ?? fileRows
  }

  /// The rows of the whole file.
  package var fileRows: KeyRange { KeyRange(from: smallestRow, to: largestRow.successor) }

  /// Whether the region is the only one that may name the file: it sees all of it.
  package var isWhole: Bool { bounds == nil }

  /// The part of this part that another region gets; nil when it gets no row of it.
  package func part(of region: UInt64, rows: KeyRange) -> FileRecord? {
    guard self.rows.overlaps(rows) else { return nil }
    var record = self
    record.regionID = region
    record.narrow(to: bounds.map { $0.intersection(rows) } ?? rows)
    return record
  }

  /// This part and the one that begins where it ends, as one; nil when another does not begin there.
  package func joined(with next: FileRecord) -> FileRecord? {
    guard let stop = bounds?.stop, let behind = next.bounds, stop == behind.start else {
      return nil
    }
    var record = self
    record.narrow(to: KeyRange(from: bounds?.start ?? Bytes(), to: behind.stop))
    return record
  }

  /// Bounds are kept only where they leave something out.
  private mutating func narrow(to rows: KeyRange) {
    bounds = rows.covers(fileRows) ? nil : rows
  }
}

/// Names one part of one file: no two parts of a file begin at the same row.
package struct TablePart: Hashable, Sendable {
  package var number: UInt64
  package var start: Bytes

  package init(number: UInt64, start: Bytes = Bytes()) {
    self.number = number
    self.start = start
  }
}

/// A file, or a part of one, that is no longer part of a group.
package struct RemovedFile: Hashable, Sendable {
  package var regionID: UInt64
  package var group: UInt32
  package var part: TablePart

  package init(regionID: UInt64, group: UInt32, part: TablePart) {
    self.regionID = regionID
    self.group = group
    self.part = part
  }
}

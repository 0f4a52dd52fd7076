// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Reads an SSTable block by block, past the cache, and holds it against its index, filter and properties.
///
/// A damaged block is a finding, and the reading goes on behind it.
package struct TableVerifier {
  private let file: TableFile
  private let tableName: String?
  /// The places of the blocks that could not be read.
  package private(set) var damagedBlocks: Set<Int> = []

  private var properties: TableProperties
  private var lastRow: [UInt8] = []
  private var lastKey: [UInt8] = []
  private var isInOrder = true
  private var deniedRows = 0

  package init(_ file: TableFile, table: String? = nil) {
    self.file = file
    tableName = table
    properties = TableProperties(
      regionID: file.properties.regionID, localityGroup: file.properties.localityGroup)
  }

  /// Reads all blocks.
  ///
  /// Throws `closed` when the pacer ends it, `io` when the file cannot be read at all.
  package mutating func run(
    _ pacer: inout ReadPacer, into report: inout VerificationReport
  ) throws(StoreError) {
    for place in file.index.handles.indices {
      let bytes = Int(file.index.handles[place].length)
      do throws(StoreError) {
        let block = try file.readBlock(place)
        visit(block, place, &report)
      } catch {
        damagedBlocks.insert(place)
        report.note(VerificationFinding(.damaged, error, file: file.path, table: tableName))
        // What comes next has nothing to be compared with.
        lastRow = []
        lastKey = []
      }
      report.blocks += 1
      report.bytesRead += UInt64(bytes)
      try pacer.read(bytes)
    }
    report.cells += properties.cellCount
    if damagedBlocks.isEmpty { compareCounts(&report) }
  }

  private mutating func visit(_ block: Block, _ place: Int, _ report: inout VerificationReport) {
    let view = block.view
    for index in 0..<block.rowCount {
      let (row, countOffset) = unsafe view.row(at: view.rowOffset(index))
      let isContinued = unsafe lastRow.elementsEqual(row) && !lastKey.isEmpty
      if !isContinued { unsafe begin(row, place, &report) }
      var offset = countOffset + 4
      for cell in 0..<view.cellCount(at: countOffset) {
        let keyLength = view.varint(&offset)
        let valueLength = view.varint(&offset)
        let key = unsafe UnsafeRawBufferPointer(start: view.base + offset, count: keyLength)
        offset += keyLength + valueLength
        // What a continuation block repeats has been counted where it stood first.
        if index == 0, cell < block.repeats { continue }
        unsafe visit(row, key, valueLength, place, &report)
      }
    }
    checkIndex(place, &report)
  }

  private mutating func begin(
    _ row: UnsafeRawBufferPointer, _ place: Int, _ report: inout VerificationReport
  ) {
    let order = unsafe lastRow.withUnsafeBytes { unsafe compareBytes(row, $0) }
    if properties.rowCount > 0, !lastRow.isEmpty, order < 0 {
      note(.order, place, "a row stands behind one that it should precede", &report)
    }
    lastRow = unsafe Array(row)
    lastKey = []
    properties.rowCount += 1
    if properties.rowCount == 1 { properties.smallestRow = Bytes(lastRow) }
    properties.largestRow = Bytes(lastRow)
    if unsafe !file.mayContain(rowHash: RowHash.hash(row)) {
      deniedRows += 1
      // One such finding says it all.
      if deniedRows == 1 {
        note(.filter, place, "the filter denies the row '\(Bytes(lastRow))'", &report)
      }
    }
  }

  private mutating func visit(
    _ row: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer, _ valueLength: Int, _ place: Int,
    _ report: inout VerificationReport
  ) {
    let order = unsafe lastKey.withUnsafeBytes { unsafe compareBytes(key, $0) }
    if !lastKey.isEmpty, order <= 0, isInOrder {
      isInOrder = false
      note(.order, place, "a cell stands behind one that it should precede", &report)
    }
    lastKey.removeAll(keepingCapacity: true)
    unsafe lastKey.append(contentsOf: key)
    properties.cellCount += 1
    if unsafe !CellKind.isPut(CellKey.kind(key)) { properties.deleteCount += 1 }
    let sequence = unsafe CellKey.sequence(key)
    properties.smallestSequence = min(properties.smallestSequence, sequence)
    properties.largestSequence = max(properties.largestSequence, sequence)
    properties.maxTimestamp = unsafe max(properties.maxTimestamp, CellKey.timestamp(key))
    properties.rawBytes += UInt64(row.count + key.count + valueLength)
  }

  private func checkIndex(_ place: Int, _ report: inout VerificationReport) {
    var key: [UInt8] = []
    unsafe lastRow.withUnsafeBytes { row in
      unsafe lastKey.withUnsafeBytes { unsafe TableIndex.appendKey(row: row, key: $0, to: &key) }
    }
    if !file.index.lastKey(of: place).elementsEqual(key) {
      note(.order, place, "the index says that the block ends with another cell", &report)
    }
  }

  private func compareCounts(_ report: inout VerificationReport) {
    let said = file.properties
    let pairs: [(String, UInt64, UInt64)] = [
      ("cells", said.cellCount, properties.cellCount), ("rows", said.rowCount, properties.rowCount),
      ("deletes", said.deleteCount, properties.deleteCount),
      ("smallest sequence", said.smallestSequence, properties.smallestSequence),
      ("largest sequence", said.largestSequence, properties.largestSequence),
      ("bytes of keys and values", said.rawBytes, properties.rawBytes),
      (
        "greatest timestamp", UInt64(bitPattern: said.maxTimestamp),
        UInt64(bitPattern: properties.maxTimestamp)
      ),
    ]
    for (what, said, found) in pairs where said != found {
      note(.count, nil, "the properties say \(said) \(what), the blocks \(found)", &report)
    }
    if said.smallestRow != properties.smallestRow || said.largestRow != properties.largestRow {
      note(.count, nil, "the properties name other first and last rows than the blocks", &report)
    }
  }

  private func note(
    _ kind: VerificationFinding.Kind, _ place: Int?, _ message: String,
    _ report: inout VerificationReport
  ) {
    report.note(
      VerificationFinding(
        kind, file: file.path, offset: place.map { file.index.handles[$0].offset },
        table: tableName, rows: place.map { file.rows(of: $0) }, message))
  }
}

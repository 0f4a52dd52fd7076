// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// A row: its key, the names of its families once, and its cells, the qualifier right before the value.
extension RowResult: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(row)
    encoder.append(mayHaveMoreCells)
    var numbers: [String: UInt64] = [:]
    var names: [String] = []
    for cell in self where numbers[cell.column.family] == nil {
      numbers[cell.column.family] = UInt64(names.count)
      names.append(cell.column.family)
    }
    encoder.append(names)
    encoder.append(UInt64(count))
    for cell in self {
      encoder.append(numbers[cell.column.family] ?? 0)
      encoder.append(cell.timestamp)
      encoder.append(UInt64(cell.column.qualifier.count))
      encoder.append(UInt64(cell.value.count))
      encoder.append(raw: cell.column.qualifier)
      encoder.append(raw: cell.value)
    }
  }

  /// Reads a row that shares the decoder's bytes.
  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    // A row's places are numbers of 32 bits.
    guard decoder.bytes.count <= Int(Int32.max) else { throw MalformedBytes() }
    let key = try decoder.value(Bytes.self)
    let mayHaveMoreCells = try decoder.flag()
    let families = try decoder.list(String.self)
    guard families.count <= Int(UInt16.max) else { throw MalformedBytes() }
    let count = try decoder.count()
    var buffer = RowBuffer(cellsMax: Swift.min(count, Self.cellsAllocatedMax), families: families)
    for _ in 0..<count {
      let family = try decoder.unsigned()
      guard family < UInt64(families.count) else { throw MalformedBytes() }
      let timestamp = try decoder.signed()
      let qualifierCount = try decoder.count()
      let valueCount = try decoder.count()
      let qualifier = try decoder.raw(qualifierCount)
      let value = try decoder.raw(valueCount)
      buffer.append(
        RowBuffer.Slot(
          family: UInt16(family), qualifierStart: qualifier.lowerBound,
          valueStart: value.lowerBound, valueEnd: value.upperBound, timestamp: timestamp))
    }
    buffer.finish(bytes: decoder.bytes, keyBytes: key.storage)
    self.init(row: key, buffer, mayHaveMoreCells: mayHaveMoreCells)
  }

  /// For how many cells there is room before the first of them has been read.
  private static let cellsAllocatedMax = 1024
}

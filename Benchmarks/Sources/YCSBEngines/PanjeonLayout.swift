// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import YCSB

/// How records are laid out in rows: a column for each field, and one for each message, the newest first.
enum PanjeonLayout {
  static func qualifier(_ field: Int) -> Bytes {
    field < 0x80 ? Bytes([UInt8(field)]) : Bytes([0x80 | UInt8(field >> 8), UInt8(field & 0xFF)])
  }

  static func field(_ qualifier: RawSpan) -> Int {
    qualifier.withUnsafeBytes { bytes in
      bytes.count == 1 ? Int(bytes[0]) : Int(bytes[0] & 0x7F) << 8 | Int(bytes[1])
    }
  }

  static let messages = KeyRange(from: Bytes([0xF0]), to: Bytes([0xF1]))

  static func message(_ id: UInt64) -> Bytes {
    Bytes([0xF0] + (0..<8).map { UInt8(truncatingIfNeeded: ~id >> (56 - 8 * UInt64($0))) })
  }

  /// The fields of a record, for all or for some.
  static func selection(_ fields: [Int]?, fieldCount: Int) -> ColumnSelection {
    var selection = ColumnSelection()
    if let fields, fields.count < fieldCount {
      for field in fields {
        selection.add(family: PanjeonEngine.family, qualifier: qualifier(field))
      }
    }
    return selection
  }

  static func deliver(_ row: RowResult, to sink: FieldSink) {
    row.forEachCell { _, qualifier, _, value in
      let field = field(qualifier)
      value.withUnsafeBytes { sink.take(field: field, $0) }
    }
  }

  static func mutations(_ key: [UInt8], _ values: FieldValues) -> RowMutations {
    var mutations = RowMutations(Bytes(key))
    for index in 0..<values.count { put(values, index, &mutations) }
    return mutations
  }

  private static func put(_ values: FieldValues, _ index: Int, _ mutations: inout RowMutations) {
    mutations.put(
      family: PanjeonEngine.family, qualifier: qualifier(values.fields[index]),
      value: Bytes(values.value(index)))
  }

  /// What a write of a transaction does, one operation after the other.
  static func operations(_ write: RowWrite) -> [RowMutations] {
    if write.isDelete { return [RowMutations(Bytes(write.key), [.deleteRow(upTo: nil)])] }
    var operations: [RowMutations] = []
    for index in 0..<write.values.count {
      var mutations = RowMutations(Bytes(write.key))
      put(write.values, index, &mutations)
      operations.append(mutations)
    }
    for (id, text) in write.messages {
      var mutations = RowMutations(Bytes(write.key))
      mutations.put(family: PanjeonEngine.family, qualifier: message(id), value: Bytes(text))
      operations.append(mutations)
    }
    return operations
  }

  /// A read of a transaction.
  static func get(_ read: RowRead, fieldCount: Int) -> Get {
    switch read.part {
    case .fields(let fields):
      return Get(
        Bytes(read.key), columns: selection(fields.isEmpty ? nil : fields, fieldCount: fieldCount))
    case .newestMessages(let count):
      var columns = ColumnSelection()
      columns.add(family: PanjeonEngine.family, qualifiers: messages)
      return Get(Bytes(read.key), columns: columns, cellsMax: count)
    }
  }

  /// What a read of a transaction returned.
  static func fields(of row: RowResult?, _ read: RowRead) -> RowFields {
    var fields = RowFields()
    guard let row else { return fields }
    fields.values.reserveCapacity(row.count)
    row.forEachCell { _, qualifier, _, value in
      let number = if case .fields = read.part { field(qualifier) } else { fields.values.count }
      fields.values.append((field: number, value: value.withUnsafeBytes { Array($0) }))
    }
    return fields
  }
}

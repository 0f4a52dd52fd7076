// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension RegionRecord {
  func encode(to bytes: inout [UInt8]) {
    bytes.appendVarint(id)
    bytes.appendVarint(UInt64(tableID))
    bytes.append(rows)
  }

  init(_ reader: inout ByteReader) throws(MalformedBytes) {
    let id = try reader.readVarint()
    let tableID = UInt32(try reader.readCount(max: Int(UInt32.max)))
    self.init(id: id, tableID: tableID, rows: try reader.readKeyRange())
  }
}

extension RetiredRegion {
  func encode(to bytes: inout [UInt8]) {
    bytes.appendVarint(id)
    bytes.appendVarint(UInt64(tableID))
    bytes.append(rows)
    bytes.appendVarint(UInt64(flushedThrough.count))
    for sequence in flushedThrough { bytes.appendVarint(sequence) }
  }

  init(_ reader: inout ByteReader) throws(MalformedBytes) {
    let id = try reader.readVarint()
    let tableID = UInt32(try reader.readCount(max: Int(UInt32.max)))
    let rows = try reader.readKeyRange()
    var flushed: [UInt64] = []
    for _ in 0..<(try reader.readCount(max: 1 << 10)) { flushed.append(try reader.readVarint()) }
    self.init(id: id, tableID: tableID, rows: rows, flushedThrough: flushed)
  }
}

extension RegionOrigin {
  func encode(to bytes: inout [UInt8]) {
    bytes.appendVarint(regionID)
    bytes.appendFixed64LE(UInt64(bitPattern: createdAt))
    bytes.append(sized: cause)
    bytes.appendVarint(UInt64(parents.count))
    for parent in parents { bytes.appendVarint(parent) }
  }

  init(_ reader: inout ByteReader) throws(MalformedBytes) {
    let id = try reader.readVarint()
    let createdAt = Int64(bitPattern: try reader.readFixed64LE())
    let cause = try reader.readText()
    var parents: [UInt64] = []
    for _ in 0..<(try reader.readCount(max: 1 << 16)) { parents.append(try reader.readVarint()) }
    self.init(regionID: id, parents: parents, createdAt: createdAt, cause: cause)
  }
}

extension RegionRequests {
  func encode(to bytes: inout [UInt8]) {
    bytes.appendVarint(regionID)
    bytes.appendVarint(reads)
    bytes.appendVarint(writes)
  }

  init(_ reader: inout ByteReader) throws(MalformedBytes) {
    self.init(
      regionID: try reader.readVarint(), reads: try reader.readVarint(),
      writes: try reader.readVarint())
  }
}

extension SplitPolicyRecord {
  private enum TriggerKind: UInt8 {
    case disabled = 0
    case manual = 1
    case constantSize = 2
    case stepping = 3
    case increasing = 4
  }

  func encode(to bytes: inout [UInt8]) {
    bytes.appendVarint(UInt64(tableID))
    let (kind, bytesMax): (TriggerKind, Int) =
      switch policy.trigger {
      case .disabled: (.disabled, 0)
      case .manual: (.manual, 0)
      case .constantSize(let bytesMax): (.constantSize, bytesMax)
      case .stepping(let bytesMax): (.stepping, bytesMax)
      case .increasing(let bytesMax): (.increasing, bytesMax)
      }
    bytes.append(kind.rawValue)
    bytes.appendVarint(UInt64(bytesMax))
    switch policy.grouping {
    case .none: bytes.append(0)
    case .prefix(let count):
      bytes.append(1)
      bytes.appendVarint(UInt64(count))
    case .delimiter(let delimiter):
      bytes.append(2)
      bytes.append(delimiter)
    }
  }

  init(_ reader: inout ByteReader) throws(MalformedBytes) {
    let tableID = UInt32(try reader.readCount(max: Int(UInt32.max)))
    guard let kind = TriggerKind(rawValue: try reader.readByte()) else { throw MalformedBytes() }
    let bytesMax = try reader.readCount(max: .max)
    let trigger: SplitPolicy.Trigger =
      switch kind {
      case .disabled: .disabled
      case .manual: .manual
      case .constantSize: .constantSize(bytesMax: bytesMax)
      case .stepping: .stepping(bytesMax: bytesMax)
      case .increasing: .increasing(bytesMax: bytesMax)
      }
    let grouping: SplitPolicy.Grouping
    switch try reader.readByte() {
    case 0: grouping = .none
    case 1: grouping = .prefix(bytes: try reader.readCount(max: 1 << 20))
    case 2: grouping = .delimiter(try reader.readByte())
    default: throw MalformedBytes()
    }
    self.init(tableID: tableID, policy: SplitPolicy(trigger, grouping: grouping))
    if policy.fault != nil { throw MalformedBytes() }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The bodies of the fields of a ``VersionEdit``: numbers as varints, names and keys with their length.
extension [UInt8] {
  mutating func append(sized text: String) {
    appendVarint(UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }

  mutating func append(sized bytes: Bytes) {
    unsafe bytes.withUnsafeBytes { unsafe appendLengthPrefixed($0) }
  }
}

extension ByteReader {
  mutating func readText() throws(MalformedBytes) -> String {
    let bytes = try unsafe readLengthPrefixed()
    guard let text = unsafe String(validating: bytes, as: UTF8.self) else { throw MalformedBytes() }
    return text
  }

  mutating func readOwnedBytes() throws(MalformedBytes) -> Bytes {
    unsafe Bytes(Array(try readLengthPrefixed()))
  }
}

extension ColumnFamily {
  fileprivate mutating func readRetention(_ reader: inout ByteReader) throws(MalformedBytes) {
    versionsMin = try reader.readCount(max: versionsMax)
    let microseconds = try reader.readVarint()
    guard microseconds <= UInt64(Int64.max) else { throw MalformedBytes() }
    timeToLive = microseconds == 0 ? nil : .microseconds(Int64(microseconds))
  }
}

extension TableRecord {
  /// A bound on what a table may have of anything, for bytes that may be hostile.
  private static let partsMax = 1024

  /// Whether the record says more than its first encoding could.
  var isExtended: Bool {
    let keepsByTime = schema.families.contains { $0.versionsMin != 0 || $0.timeToLive != nil }
    let hasFilters = schema.localityGroups.contains { $0.bloomFilter != .row }
    return keepsByTime || hasFilters || greatestFamilyNumber != familyNumbers.values.max()
  }

  func encode(to bytes: inout [UInt8], isExtended: Bool) {
    bytes.appendVarint(UInt64(id))
    bytes.append(sized: schema.name)
    bytes.appendVarint(UInt64(schema.localityGroups.count))
    for group in schema.localityGroups {
      bytes.append(sized: group.name)
      bytes.append(group.compression.map { $0.rawValue + 1 } ?? 0)
      if isExtended { bytes.append(group.bloomFilter.rawValue) }
    }
    bytes.appendVarint(UInt64(schema.families.count))
    for family in schema.families {
      bytes.append(sized: family.name)
      bytes.append(familyNumbers[family.name] ?? 0)
      bytes.appendVarint(UInt64(family.versionsMax))
      bytes.append(sized: family.localityGroup)
      guard isExtended else { continue }
      bytes.appendVarint(UInt64(family.versionsMin))
      bytes.appendVarint(UInt64(family.timeToLive?.microsecondsToLive ?? 0))
    }
    bytes.appendVarint(UInt64(groupNumbers.count))
    for (name, number) in groupNumbers.sorted(by: { $0.value < $1.value }) {
      bytes.append(sized: name)
      bytes.appendVarint(UInt64(number))
    }
    if isExtended { bytes.append(greatestFamilyNumber) }
  }

  init(_ reader: inout ByteReader, isExtended: Bool) throws(MalformedBytes) {
    let id = UInt32(try reader.readCount(max: Int(UInt32.max)))
    let name = try reader.readText()
    var groups: [LocalityGroup] = []
    for _ in 0..<(try reader.readCount(max: Self.partsMax)) {
      let groupName = try reader.readText()
      let raw = try reader.readByte()
      let compression = raw == 0 ? nil : LocalityGroup.Compression(rawValue: raw - 1)
      if raw != 0, compression == nil { throw MalformedBytes() }
      let filter = isExtended ? LocalityGroup.BloomFilter(rawValue: try reader.readByte()) : .row
      guard let filter else { throw MalformedBytes() }
      groups.append(LocalityGroup(groupName, compression: compression, bloomFilter: filter))
    }
    var families: [ColumnFamily] = []
    var familyNumbers: [String: UInt8] = [:]
    for _ in 0..<(try reader.readCount(max: 256)) {
      let family = try reader.readText()
      familyNumbers[family] = try reader.readByte()
      let versionsMax = try reader.readCount(max: Int(Int32.max))
      var record = ColumnFamily(
        family, versionsMax: versionsMax, localityGroup: try reader.readText())
      if isExtended { try record.readRetention(&reader) }
      families.append(record)
    }
    var groupNumbers: [String: UInt32] = [:]
    for _ in 0..<(try reader.readCount(max: Self.partsMax)) {
      let group = try reader.readText()
      groupNumbers[group] = UInt32(try reader.readCount(max: Self.partsMax))
    }
    let isDense = Set(groupNumbers.values) == Set(0..<UInt32(groupNumbers.count))
    guard isDense, !families.isEmpty, Set(familyNumbers.values).count == families.count else {
      throw MalformedBytes()
    }
    self.init(
      id: id, schema: TableSchema(name: name, families: families, localityGroups: groups),
      familyNumbers: familyNumbers, groupNumbers: groupNumbers)
    guard isExtended else { return }
    let greatest = try reader.readByte()
    guard greatest >= greatestFamilyNumber else { throw MalformedBytes() }
    greatestFamilyNumber = greatest
  }
}

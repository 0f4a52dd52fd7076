// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The encoding of a ``VersionEdit``: fields, each a tag and a sized body; see the page *Formats/ManifestFormat*.
///
///     edit  = *field
///     field = tag(varint) length(varint) body
///
/// A reader that meets an unknown tag below 64 must refuse the store; it may skip a tag of 64 or more.
extension VersionEdit {
  private enum Tag: UInt64 {
    case nextFileNumber = 1
    case lastSequence = 2
    case lastTimestamp = 3
    case minLogNumber = 4
    case createdTable = 5
    case addedRegion = 6
    case addedFile = 7
    case removedFile = 8
    case flushedThrough = 9
    case retiredRegion = 10
    case sharedFile = 11
    case removedPart = 12
    case rememberedRegion = 13
    case forgottenRegion = 14
    case splitPolicy = 15
    case extendedTable = 16
    case alteredTable = 30
    case droppedTable = 31
    case regionOrigin = 64
    case regionRequests = 65
    case incarnation = 66
    case ingestedThrough = 67
    case removalCount = 68
    case nextTableID = 69
    case nextRegionID = 70
  }

  /// The first tag that a reader may skip.
  package static let firstOptionalTag: UInt64 = 64

  package func encode() -> [UInt8] {
    var bytes: [UInt8] = []
    func field(_ tag: Tag, _ body: (inout [UInt8]) -> Void) {
      var encoded: [UInt8] = []
      body(&encoded)
      bytes.appendVarint(tag.rawValue)
      unsafe encoded.withUnsafeBytes { unsafe bytes.appendLengthPrefixed($0) }
    }
    if let nextFileNumber { field(.nextFileNumber) { $0.appendVarint(nextFileNumber) } }
    if let lastSequence { field(.lastSequence) { $0.appendVarint(lastSequence) } }
    if let lastTimestamp {
      field(.lastTimestamp) { $0.appendFixed64LE(UInt64(bitPattern: lastTimestamp)) }
    }
    if let minLogNumber { field(.minLogNumber) { $0.appendVarint(minLogNumber) } }
    if let incarnation { field(.incarnation) { incarnation.encode(to: &$0) } }
    if let ingestedThrough { field(.ingestedThrough) { $0.appendVarint(ingestedThrough) } }
    if let removalCount { field(.removalCount) { $0.appendVarint(removalCount) } }
    if let nextTableID { field(.nextTableID) { $0.appendVarint(UInt64(nextTableID)) } }
    if let nextRegionID { field(.nextRegionID) { $0.appendVarint(nextRegionID) } }
    for table in createdTables {
      field(table.isExtended ? .extendedTable : .createdTable) {
        table.encode(to: &$0, isExtended: table.isExtended)
      }
    }
    for table in alteredTables {
      field(.alteredTable) { table.encode(to: &$0, isExtended: true) }
    }
    for record in splitPolicies { field(.splitPolicy) { record.encode(to: &$0) } }
    for id in droppedTables { field(.droppedTable) { $0.appendVarint(UInt64(id)) } }
    for id in retiredRegions { field(.retiredRegion) { $0.appendVarint(id) } }
    for region in addedRegions { field(.addedRegion) { region.encode(to: &$0) } }
    for region in rememberedRegions { field(.rememberedRegion) { region.encode(to: &$0) } }
    for id in forgottenRegions { field(.forgottenRegion) { $0.appendVarint(id) } }
    for file in removedFiles {
      field(file.part.start.isEmpty ? .removedFile : .removedPart) { file.encode(to: &$0) }
    }
    for file in addedFiles {
      field(file.isShared ? .sharedFile : .addedFile) { file.encode(to: &$0) }
    }
    for flushed in flushedThrough {
      field(.flushedThrough) { body in
        body.appendVarint(flushed.regionID)
        body.appendVarint(UInt64(flushed.group))
        body.appendVarint(flushed.sequence)
      }
    }
    for origin in origins { field(.regionOrigin) { origin.encode(to: &$0) } }
    for counts in requests { field(.regionRequests) { counts.encode(to: &$0) } }
    return bytes
  }

  /// Decodes an edit, which has passed its checksum.
  ///
  /// - Parameters:
  ///   - bytes: The record.
  ///   - file: The MANIFEST's path, for messages.
  ///   - offset: The record's place in it.
  /// - Returns: The edit.
  /// - Throws: `corruption`, or `unsupportedFormat` when a newer version wrote it.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, file: String, offset: UInt64
  ) throws(StoreError) -> VersionEdit {
    var edit = VersionEdit()
    var unknown: UInt64?
    var reader = unsafe ByteReader(bytes)
    do throws(MalformedBytes) {
      while !reader.isAtEnd {
        let rawTag = try reader.readVarint()
        var body = unsafe ByteReader(try reader.readLengthPrefixed())
        if let tag = Tag(rawValue: rawTag) {
          try edit.read(tag, &body)
        } else if rawTag < firstOptionalTag {
          unknown = rawTag
        }
      }
      try edit.requirePlausibleNumbers()
    } catch {
      throw StoreError(
        .corruption, "an edit of the MANIFEST is malformed; restore the store from a copy",
        file: file, offset: offset)
    }
    if let unknown {
      throw StoreError(
        .unsupportedFormat,
        "the MANIFEST has a field (\(unknown)) of a newer version of Panjeon; open it with that version",
        file: file, offset: offset)
    }
    return edit
  }

  /// Numbers only grow, from one: one that could not be counted up any more was never written.
  private func requirePlausibleNumbers() throws(MalformedBytes) {
    var numbers = [nextFileNumber ?? 0, lastSequence ?? 0, minLogNumber ?? 0]
    numbers += [incarnation?.number ?? 0, ingestedThrough ?? 0, removalCount ?? 0]
    numbers += [UInt64(nextTableID ?? 0) << 31, nextRegionID ?? 0]
    numbers += (createdTables + alteredTables).map { UInt64($0.id) << 31 }
    numbers += addedRegions.map(\.id) + retiredRegions + rememberedRegions.map(\.id)
    numbers += addedFiles.flatMap { [$0.number, $0.smallestSequence, $0.largestSequence] }
    numbers += flushedThrough.map(\.sequence) + rememberedRegions.flatMap(\.flushedThrough)
    numbers += requests.flatMap { [$0.reads, $0.writes] }
    for number in numbers where number > PlausibleNumber.max { throw MalformedBytes() }
    guard PlausibleNumber.timestamps.contains(lastTimestamp ?? 0) else { throw MalformedBytes() }
  }

  private mutating func read(_ tag: Tag, _ body: inout ByteReader) throws(MalformedBytes) {
    switch tag {
    case .nextFileNumber: nextFileNumber = try body.readVarint()
    case .lastSequence: lastSequence = try body.readVarint()
    case .lastTimestamp: lastTimestamp = Int64(bitPattern: try body.readFixed64LE())
    case .minLogNumber: minLogNumber = try body.readVarint()
    case .createdTable: createdTables.append(try TableRecord(&body, isExtended: false))
    case .extendedTable:
      createdTables.append(try TableRecord(&body, isExtended: true))
    case .alteredTable: alteredTables.append(try TableRecord(&body, isExtended: true))
    case .droppedTable: droppedTables.append(UInt32(try body.readCount(max: Int(UInt32.max))))
    case .addedRegion: addedRegions.append(try RegionRecord(&body))
    case .addedFile: addedFiles.append(try FileRecord(&body, isShared: false))
    case .sharedFile: addedFiles.append(try FileRecord(&body, isShared: true))
    case .removedFile: removedFiles.append(try RemovedFile(&body, isPart: false))
    case .removedPart: removedFiles.append(try RemovedFile(&body, isPart: true))
    case .retiredRegion: retiredRegions.append(try body.readVarint())
    case .rememberedRegion: rememberedRegions.append(try RetiredRegion(&body))
    case .forgottenRegion: forgottenRegions.append(try body.readVarint())
    case .splitPolicy: splitPolicies.append(try SplitPolicyRecord(&body))
    case .regionOrigin: origins.append(try RegionOrigin(&body))
    case .regionRequests: requests.append(try RegionRequests(&body))
    case .incarnation: incarnation = try StoreIncarnation(&body)
    case .ingestedThrough: ingestedThrough = try body.readVarint()
    case .removalCount: removalCount = try body.readVarint()
    case .nextTableID: nextTableID = UInt32(try body.readCount(max: Int(UInt32.max)))
    case .nextRegionID: nextRegionID = try body.readVarint()
    case .flushedThrough:
      flushedThrough.append(
        FlushedThrough(
          regionID: try body.readVarint(), group: UInt32(try body.readCount(max: 1 << 20)),
          sequence: try body.readVarint()))
    }
  }
}

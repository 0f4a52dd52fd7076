// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The constants of an SSTable; see the page *Formats/SSTableFormat*.
package enum TableFormat {
  package static let version: UInt32 = 1

  /// "PanjeonS", little-endian: the last eight bytes of the file.
  package static let magic: UInt64 = 0x536E_6F65_6A6E_6150

  /// Behind a data block: codec(1) uncompressed-length(4) crc32c(4).
  package static let blockTrailerBytes = 9

  /// The largest data block before compression: the largest cell and room around it.
  package static let blockBytesMax = 64 << 20

  /// The footer: filter(8+4) index(8+4) properties(8+4) version(4) crc32c(4) magic(8).
  package static let footerBytes = 52

  /// How many family deletes a continuation block repeats; of a family with more it repeats none, lest the
  /// repeats fill the block.
  package static let repeatsMax = 32

  /// The bit beside a block's number of repeats that says that its last row does not go on in the next block.
  package static let lastRowEnds: UInt32 = 1 << 31

  package static let bloomProbes = 6
  package static let bloomLineBytes = 64
}

/// Where a part of a file is.
package struct BlockHandle: Hashable, Sendable {
  package var offset: UInt64
  /// The length with everything that belongs to it, trailer or checksum included.
  package var length: UInt32

  package init(offset: UInt64, length: UInt32) {
    self.offset = offset
    self.length = length
  }
}

/// How an SSTable is written.
package struct TableOptions: Sendable {
  package var blockBytes: Int
  package var compression: LocalityGroup.Compression
  package var bloomBitsPerRow: Int
  package var regionID: UInt64
  package var localityGroup: UInt32

  package var bloomFilter: LocalityGroup.BloomFilter

  /// Whether the group's families keep what they hold for a time, so that its age is to be noted.
  package var notesAges: Bool

  package init(
    blockBytes: Int = 16 << 10, compression: LocalityGroup.Compression = .none,
    bloomBitsPerRow: Int = 10, regionID: UInt64, localityGroup: UInt32,
    bloomFilter: LocalityGroup.BloomFilter = .row, notesAges: Bool = false
  ) {
    self.bloomFilter = bloomFilter
    self.notesAges = notesAges
    self.blockBytes = blockBytes
    self.compression = compression
    self.bloomBitsPerRow = bloomBitsPerRow
    self.regionID = regionID
    self.localityGroup = localityGroup
  }
}

/// What an SSTable says of itself.
package struct TableProperties: Hashable, Sendable {
  package var regionID: UInt64
  package var localityGroup: UInt32
  package var cellCount: UInt64 = 0
  package var rowCount: UInt64 = 0
  package var deleteCount: UInt64 = 0
  package var smallestSequence: UInt64 = .max
  package var largestSequence: UInt64 = 0
  package var smallestRow = Bytes()
  package var largestRow = Bytes()
  /// The bytes of keys and values, rows counted once for each cell.
  package var rawBytes: UInt64 = 0
  package var maxTimestamp: Int64 = .min
  /// How old the puts are; nil where nothing expires.
  package var ages: CellAges?
  package var bloomFilter = LocalityGroup.BloomFilter.row

  /// From the first row to the last.
  package var rows: KeyRange { KeyRange(from: smallestRow, to: largestRow.successor) }

  package func encode() -> [UInt8] {
    var bytes: [UInt8] = []
    for number in [
      regionID, UInt64(localityGroup), cellCount, rowCount, deleteCount, smallestSequence,
      largestSequence, rawBytes, UInt64(bitPattern: maxTimestamp),
    ] { bytes.appendFixed64LE(number) }
    bytes.append(sized: smallestRow)
    bytes.append(sized: largestRow)
    if let ages { Self.append(.ages, to: &bytes) { ages.encode(to: &$0) } }
    if bloomFilter != .row {
      Self.append(.bloomFilter, to: &bytes) { $0.append(bloomFilter.rawValue) }
    }
    return bytes
  }

  package init(regionID: UInt64, localityGroup: UInt32) {
    self.regionID = regionID
    self.localityGroup = localityGroup
  }

  package init(_ reader: inout ByteReader) throws(MalformedBytes) {
    regionID = try reader.readFixed64LE()
    localityGroup = UInt32(truncatingIfNeeded: try reader.readFixed64LE())
    cellCount = try reader.readFixed64LE()
    rowCount = try reader.readFixed64LE()
    deleteCount = try reader.readFixed64LE()
    smallestSequence = try reader.readFixed64LE()
    largestSequence = try reader.readFixed64LE()
    rawBytes = try reader.readFixed64LE()
    maxTimestamp = Int64(bitPattern: try reader.readFixed64LE())
    smallestRow = try reader.readOwnedBytes()
    largestRow = try reader.readOwnedBytes()
    while !reader.isAtEnd {
      let tag = Tag(rawValue: try reader.readByte())
      var body = unsafe ByteReader(try reader.readLengthPrefixed())
      switch tag {
      case .ages: ages = try CellAges(&body)
      case .bloomFilter:
        guard let kind = LocalityGroup.BloomFilter(rawValue: try body.readByte()) else {
          throw MalformedBytes()
        }
        bloomFilter = kind
      case nil: continue
      }
    }
  }

  /// What only some SSTables say; a reader steps over a tag that it does not know.
  private enum Tag: UInt8 {
    case ages = 1
    case bloomFilter = 2
  }

  private static func append(
    _ tag: Tag, to bytes: inout [UInt8], _ encode: (inout [UInt8]) -> Void
  ) {
    var body: [UInt8] = []
    encode(&body)
    bytes.append(tag.rawValue)
    unsafe body.withUnsafeBytes { unsafe bytes.appendLengthPrefixed($0) }
  }
}

// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The encoding of a ``BackupDescription``; see the page *Formats/BackupFormat*.
///
///     backup = magic(8) version(4) length(8) body crc32c(4)
///     body   = *field
///     field  = tag(varint) length(varint) value
///
/// The checksum covers all before it. As in the MANIFEST, a reader refuses an unknown tag below 64 and may step over
/// others.
extension BackupDescription {
  private enum Tag: UInt64 {
    case number = 1
    case createdAt = 2
    case label = 3
    case state = 4
    case file = 5
  }

  /// "PanjeonB", little-endian.
  package static let magic: UInt64 = 0x426E_6F65_6A6E_6150

  package static let version: UInt32 = 1

  /// The longest description, in bytes: some hundred thousand SSTables.
  package static let bytesMax = 128 << 20

  /// The longest label, in bytes.
  package static let labelBytesMax = 1024

  private static let headerBytes = 20
  private static let checksumBytes = 4

  package func encode() -> [UInt8] {
    var body: [UInt8] = []
    func field(_ tag: Tag, _ value: [UInt8]) {
      body.appendVarint(tag.rawValue)
      unsafe value.withUnsafeBytes { unsafe body.appendLengthPrefixed($0) }
    }
    func fixed(_ number: UInt64) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.appendFixed64LE(number)
      return bytes
    }
    field(.number, fixed(number))
    field(.createdAt, fixed(UInt64(bitPattern: createdAt)))
    field(.label, Array(label.utf8))
    field(.state, edit.encode())
    for file in files {
      var value: [UInt8] = []
      value.appendVarint(file.number)
      value.appendVarint(file.bytes)
      value.appendFixed32LE(file.checksum)
      value.appendFixed64LE(file.tailHash)
      field(.file, value)
    }
    var bytes: [UInt8] = []
    bytes.appendFixed64LE(Self.magic)
    bytes.appendFixed32LE(Self.version)
    bytes.appendFixed64LE(UInt64(body.count))
    bytes += body
    unsafe bytes.appendFixed32LE(bytes.withUnsafeBytes { unsafe Checksum.crc32c($0) })
    return bytes
  }

  /// Decodes what a file holds, which may be anything: its length first, then its checksum, then what it says.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - path: Its path, for messages.
  /// - Returns: The description.
  /// - Throws: `corruption`, or `unsupportedFormat` when a newer version wrote it.
  package static func decode(
    _ bytes: [UInt8], path: String
  ) throws(StoreError) -> BackupDescription {
    let decoded = try unsafe bytes.withRawBytes {
      (bytes) throws(StoreError) -> BackupDescription? in
      let body = try unsafe Self.body(of: bytes, path: path)
      do throws(MalformedBytes) {
        return try fields(unsafe ByteReader(body), path: path)
      } catch {
        throw damaged("malformed", path, offset: headerBytes)
      }
    }
    guard let description = decoded else {
      throw StoreError(
        .unsupportedFormat,
        "the backup has a field of a newer version of Panjeon; restore it with that version",
        file: path)
    }
    _ = try description.state(path: path)
    return description
  }

  private static func body(
    of bytes: UnsafeRawBufferPointer, path: String
  ) throws(StoreError) -> UnsafeRawBufferPointer {
    guard bytes.count >= headerBytes + checksumBytes else {
      throw damaged("cut off", path, offset: bytes.count)
    }
    let end = bytes.count - checksumBytes
    let magic = unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self).littleEndian
    let version = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian
    let length = unsafe bytes.loadUnaligned(fromByteOffset: 12, as: UInt64.self).littleEndian
    let checksum = unsafe bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self).littleEndian
    guard magic == self.magic else { throw damaged("no backup's description", path, offset: 0) }
    guard length == UInt64(end - headerBytes) else {
      throw damaged("of another length than it says", path, offset: 12)
    }
    let covered = unsafe UnsafeRawBufferPointer(rebasing: bytes[0..<end])
    guard unsafe Checksum.crc32c(covered) == checksum else {
      throw damaged("damaged (its checksum is wrong)", path, offset: 0)
    }
    if version > Self.version {
      throw StoreError(
        .unsupportedFormat,
        "the backup has format \(version); this version of Panjeon reads up to \(Self.version): "
          + "restore it with a newer one", file: path)
    }
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[headerBytes..<end])
  }

  /// Nil when there is a field that a reader must know and this one does not.
  private static func fields(
    _ reader: ByteReader, path: String
  ) throws(MalformedBytes) -> BackupDescription? {
    var reader = reader
    var description = BackupDescription(
      number: 0, createdAt: 0, label: "", edit: VersionEdit(), files: [])
    while !reader.isAtEnd {
      let tag = try reader.readVarint()
      let bytes = try unsafe reader.readLengthPrefixed()
      var value = unsafe ByteReader(bytes)
      switch Tag(rawValue: tag) {
      case .number?: description.number = try value.readFixed64LE()
      case .createdAt?: description.createdAt = Int64(bitPattern: try value.readFixed64LE())
      case .label?:
        guard let label = unsafe String(validating: bytes, as: UTF8.self) else {
          throw MalformedBytes()
        }
        description.label = label
      case .state?:
        do throws(StoreError) {
          description.edit = try unsafe VersionEdit.decode(bytes, file: path, offset: 0)
        } catch {
          if error.code == .unsupportedFormat { return nil }
          throw MalformedBytes()
        }
      case .file?:
        description.files.append(
          File(
            number: try value.readVarint(), bytes: try value.readVarint(),
            checksum: try value.readFixed32LE(), tailHash: try value.readFixed64LE()))
      case nil: if tag < VersionEdit.firstOptionalTag { return nil }
      }
    }
    guard (1...PlausibleNumber.max).contains(description.number) else { throw MalformedBytes() }
    return description
  }

  private static func damaged(_ what: String, _ path: String, offset: Int) -> StoreError {
    StoreError(
      .corruption,
      "the description of the backup is \(what); restore it from a copy, or delete this backup",
      file: path, offset: UInt64(offset))
  }
}

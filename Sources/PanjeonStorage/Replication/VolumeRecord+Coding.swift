// SPDX-License-Identifier: Apache-2.0

package import WideColumn

extension VolumeRecord {
  /// The version of the format that this library writes.
  package static let formatVersion: UInt32 = 1

  /// What a record begins with: "PJVL".
  private static let magic: UInt32 = 0x4C56_4A50

  /// The greatest length of a record: 64 volumes with long paths.
  package static let bytesMax = 1 << 20

  /// How many volumes a store may have.
  package static let volumesMax = 64

  private static let headerBytes = 16

  /// The record as it is stored.
  package func encode() -> [UInt8] {
    var payload: [UInt8] = []
    payload.append(store)
    payload.append(identity)
    payload.appendVarint(epoch)
    payload.appendVarint(previousEpoch)
    payload.appendVarint(revision)
    payload.append(boot)
    payload.appendVarint(UInt64(members.count))
    for member in members { payload.append(member) }
    payload.appendVarint(UInt64(entries.count))
    for entry in entries { payload.append(entry) }
    payload.append(policy.description)
    payload.append(syncsAllCopies ? 1 : 0)
    var bytes: [UInt8] = []
    bytes.appendFixed32LE(Self.magic)
    bytes.appendFixed32LE(Self.formatVersion)
    bytes.appendFixed32LE(UInt32(payload.count))
    bytes.appendFixed32LE(unsafe payload.withUnsafeBytes { unsafe Checksum.crc32c($0) })
    return bytes + payload
  }

  /// Reads a record back.
  ///
  /// Throws `corruption`, `unsupportedFormat`.
  package static func decode(_ bytes: [UInt8], file: String) throws(StoreError) -> VolumeRecord {
    let version: UInt32
    do throws(MalformedBytes) {
      version = try unsafe bytes.withRawBytes { (raw) throws(MalformedBytes) in
        var reader = unsafe ByteReader(raw)
        guard try reader.readFixed32LE() == magic else { throw MalformedBytes() }
        return try reader.readFixed32LE()
      }
    } catch {
      throw damaged(file)
    }
    guard version <= formatVersion else {
      throw StoreError(
        .unsupportedFormat,
        "the volume's record has format \(version); this version of Panjeon reads up to \(formatVersion): "
          + "open it with a newer one", file: file)
    }
    do throws(MalformedBytes) {
      return try unsafe bytes.withRawBytes { (raw) throws(MalformedBytes) in
        try unsafe decodeChecked(raw)
      }
    } catch {
      throw damaged(file)
    }
  }

  private static func decodeChecked(
    _ bytes: UnsafeRawBufferPointer
  ) throws(MalformedBytes) -> VolumeRecord {
    var header = unsafe ByteReader(bytes)
    _ = try unsafe header.readBytes(8)
    let length = Int(try header.readFixed32LE())
    let crc = try header.readFixed32LE()
    guard length == header.remaining else { throw MalformedBytes() }
    let payload = try unsafe header.readBytes(length)
    guard unsafe Checksum.crc32c(payload) == crc else { throw MalformedBytes() }
    var reader = unsafe ByteReader(payload)
    return try VolumeRecord(&reader)
  }

  private init(_ reader: inout ByteReader) throws(MalformedBytes) {
    store = try reader.readVolumeIdentity()
    identity = try reader.readVolumeIdentity()
    epoch = try reader.readPlausible()
    previousEpoch = try reader.readPlausible()
    revision = try reader.readPlausible()
    boot = try reader.readText()
    members = []
    for _ in 0..<(try reader.readCount(max: Self.volumesMax)) {
      members.append(try reader.readVolumeIdentity())
    }
    entries = []
    for _ in 0..<(try reader.readCount(max: Self.volumesMax)) {
      entries.append(try reader.readEntry())
    }
    let text = try reader.readText()
    guard let policy = try? PlacementPolicy(text) else { throw MalformedBytes() }
    self.policy = policy
    syncsAllCopies = try reader.readByte() != 0
    guard reader.isAtEnd else { throw MalformedBytes() }
  }

  private static func damaged(_ file: String) -> StoreError {
    StoreError(
      .corruption,
      "the record of the volume is damaged; remove the volume's directory if others of the store are left, and the store "
        + "makes it anew", file: file, offset: 0)
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ identity: VolumeIdentity) {
    appendFixed64LE(identity.high)
    appendFixed64LE(identity.low)
  }

  fileprivate mutating func append(_ text: String) {
    appendVarint(UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }

  fileprivate mutating func append(_ entry: VolumeRecord.Entry) {
    append(entry.identity)
    append(entry.volume.name)
    append(entry.volume.path)
    append(entry.volume.rack)
    append(entry.volume.zone)
    append(entry.volume.storageClass == .durable ? 1 : 0)
    appendVarint(entry.volume.capacityBytes)
    append(entry.isDraining ? 1 : 0)
  }
}

extension ByteReader {
  fileprivate mutating func readVolumeIdentity() throws(MalformedBytes) -> VolumeIdentity {
    VolumeIdentity(high: try readFixed64LE(), low: try readFixed64LE())
  }

  fileprivate mutating func readPlausible() throws(MalformedBytes) -> UInt64 {
    let value = try readVarint()
    guard value <= PlausibleNumber.max else { throw MalformedBytes() }
    return value
  }

  fileprivate mutating func readEntry() throws(MalformedBytes) -> VolumeRecord.Entry {
    let identity = try readVolumeIdentity()
    let name = try readText()
    let path = try readText()
    let rack = try readText()
    let zone = try readText()
    let storageClass: Volume.StorageClass = try readByte() == 0 ? .ephemeral : .durable
    let capacity = try readVarint()
    let isDraining = try readByte() != 0
    return VolumeRecord.Entry(
      identity,
      Volume(
        name, at: path, rack: rack, zone: zone, storageClass: storageClass, capacityBytes: capacity),
      isDraining: isDraining)
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The parts of an SSTable that are read when it is opened.
struct TableParts {
  let properties: TableProperties
  let index: TableIndex
  let filter: RowFilter

  init(file: any File, size: UInt64) throws(StoreError) {
    let path = file.path
    func damaged(_ what: String, _ offset: UInt64) -> StoreError {
      StoreError(
        .corruption, "\(what) of the SSTable is damaged; restore the file from a copy", file: path,
        offset: offset)
    }
    let footerBytes = UInt64(TableFormat.footerBytes)
    guard size > footerBytes else { throw damaged("the footer", 0) }
    let footerOffset = size - footerBytes
    let footer = try file.readUpTo(TableFormat.footerBytes, at: footerOffset)
    let handles = try Self.decode(footer, path: path, offset: footerOffset)
    guard
      handles.allSatisfy({
        $0.length >= 4 && $0.offset <= footerOffset
          && UInt64($0.length) <= footerOffset - $0.offset
      }),
      handles[0].offset + UInt64(handles[0].length) == handles[1].offset,
      handles[1].offset + UInt64(handles[1].length) == handles[2].offset,
      handles[2].offset + UInt64(handles[2].length) == footerOffset
    else { throw damaged("the footer", footerOffset) }

    func part(_ handle: BlockHandle, _ what: String) throws(StoreError) -> [UInt8] {
      var bytes = try file.readUpTo(Int(handle.length), at: handle.offset)
      guard bytes.count == Int(handle.length) else { throw damaged(what, handle.offset) }
      let crc = unsafe bytes.withUnsafeBytes {
        unsafe $0.loadUnaligned(fromByteOffset: $0.count - 4, as: UInt32.self).littleEndian
      }
      bytes.removeLast(4)
      guard unsafe bytes.withUnsafeBytes({ unsafe Checksum.crc32c($0) }) == crc else {
        throw damaged(what, handle.offset)
      }
      return bytes
    }
    let filterBytes = try part(handles[0], "the filter")
    guard filterBytes.count % TableFormat.bloomLineBytes == 0 else {
      throw damaged("the filter", handles[0].offset)
    }
    let indexBytes = try part(handles[1], "the index")
    let propertyBytes = try part(handles[2], "the properties block")
    filter = RowFilter(bytes: filterBytes)
    do throws(MalformedBytes) {
      index = try unsafe indexBytes.withRawBytes { (bytes) throws(MalformedBytes) in
        var reader = unsafe ByteReader(bytes)
        return try TableIndex(&reader, dataEnd: handles[0].offset)
      }
      properties = try unsafe propertyBytes.withRawBytes { (bytes) throws(MalformedBytes) in
        var reader = unsafe ByteReader(bytes)
        return try TableProperties(&reader)
      }
    } catch {
      throw damaged("the index or the properties block", handles[1].offset)
    }
  }

  private static func decode(
    _ footer: [UInt8], path: String, offset: UInt64
  ) throws(StoreError) -> [BlockHandle] {
    let decoded = unsafe footer.withUnsafeBytes {
      bytes -> (handles: [BlockHandle], version: UInt32, crc: UInt32, magic: UInt64)? in
      var reader = unsafe ByteReader(bytes)
      do throws(MalformedBytes) {
        var handles: [BlockHandle] = []
        for _ in 0..<3 {
          handles.append(
            BlockHandle(
              offset: try reader.readFixed64LE(), length: try reader.readFixed32LE()))
        }
        return (
          handles, try reader.readFixed32LE(), try reader.readFixed32LE(),
          try reader.readFixed64LE()
        )
      } catch {
        return nil
      }
    }
    let crc = unsafe footer.withUnsafeBytes {
      unsafe Checksum.crc32c(
        UnsafeRawBufferPointer(rebasing: $0.prefix(TableFormat.footerBytes - 12)))
    }
    guard let decoded, decoded.magic == TableFormat.magic, decoded.crc == crc else {
      throw StoreError(
        .corruption, "the file does not end like an SSTable; restore it from a copy", file: path,
        offset: offset)
    }
    guard decoded.version <= TableFormat.version else {
      throw StoreError(
        .unsupportedFormat,
        "the SSTable has format \(decoded.version), newer than this version of Panjeon reads",
        file: path, offset: offset)
    }
    return decoded.handles
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import WideColumn

/// An SSTable put together anew around the same blocks, with whatever a test likes in it and right checksums.
struct ForgedTable {
  var filter: [UInt8]
  var properties: TableProperties

  static func of(_ table: TableFile, _ change: (inout ForgedTable) -> Void) throws -> [UInt8] {
    var forged = ForgedTable(filter: table.filterBytes, properties: table.properties)
    change(&forged)
    let dataEnd = table.index.handles.reduce(0) { $0 + Int($1.length) }
    var bytes = try table.readBytes(0..<UInt64(dataEnd))
    var footer: [UInt8] = []
    for part in [forged.filter, table.index.encode(), forged.properties.encode()] {
      footer.appendFixed64LE(UInt64(bytes.count))
      footer.appendFixed32LE(UInt32(part.count + 4))
      bytes += part
      bytes.appendFixed32LE(part.withUnsafeBytes { Checksum.crc32c($0) })
    }
    footer.appendFixed32LE(TableFormat.version)
    footer.appendFixed32LE(footer.withUnsafeBytes { Checksum.crc32c($0) })
    footer.appendFixed64LE(TableFormat.magic)
    return bytes + footer
  }
}

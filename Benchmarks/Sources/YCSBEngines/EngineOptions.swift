// SPDX-License-Identifier: Apache-2.0

package import YCSB

/// What every engine is given alike.
package struct EngineOptions: Sendable {
  package enum Durability: String, CaseIterable, Codable, Sendable {
    case memory, os, disk
  }

  package enum Compression: String, CaseIterable, Codable, Sendable {
    case none, snappy, lz4
  }

  package var directory: String
  package var durability: Durability
  package var cacheBytes: Int
  package var memtableBytes: Int
  package var blockBytes: Int
  package var compression: Compression
  package var bloomBits: Int
  package var fieldCount: Int
  package var fieldNamePrefix: String
  /// The longest key of a record.
  package var keyBytesMax: Int

  /// How many memtables there may be at once, the one that is written included.
  package static let memtablesMax = 4

  package init(_ properties: Properties, engine: String) throws(UsageError) {
    directory = properties.string("directory", default: "ycsb-data/\(engine)")
    durability = try properties.choice("durability", default: .os)
    cacheBytes = try properties.integer("cachebytes", default: 256 << 20, in: (1 << 20)...Int.max)
    memtableBytes = try properties.integer(
      "memtablebytes", default: 32 << 20, in: (64 << 10)...(1 << 30))
    blockBytes = try properties.integer("blockbytes", default: 16 << 10, in: 512...(1 << 20))
    compression = try properties.choice("compression", default: .lz4)
    bloomBits = try properties.integer("bloombits", default: 10, in: 0...32)
    let core = try CoreOptions(properties)
    fieldCount = core.fieldCount
    fieldNamePrefix = core.fieldNamePrefix
    keyBytesMax = 4 + max(19, core.zeroPadding)
  }

  /// For the head of a report.
  package var description: String {
    "durability=\(durability.rawValue) cache=\(cacheBytes >> 20)MiB "
      + "memtables=\(Self.memtablesMax)x\(memtableBytes >> 20)MiB block=\(blockBytes)B "
      + "compression=\(compression.rawValue) bloom=\(bloomBits)bits/row fields=\(fieldCount)"
  }
}

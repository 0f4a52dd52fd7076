// SPDX-License-Identifier: Apache-2.0

internal import CRocksDB
internal import YCSB

/// Every option of RocksDB that is set, in one place.
///
/// What all engines are given alike (cache, memtables, block size, codec, Bloom bits, durability) comes from
/// ``EngineOptions``; beyond it RocksDB gets what its tuning guide advises for point reads and short scans: whole-key
/// filters for rows, prefix filters for cells in SSTables and memtables, cells of a row addressed by a prefix of
/// fixed length, two background jobs on two cores, dynamic level sizes, SSTables brought to the device as they are written. Indexes and filters stay outside the cache.
final class RocksDBOptions {
  let options: OpaquePointer
  let writing: OpaquePointer
  let reading: OpaquePointer
  /// For iterators within one record's cells.
  let readingPrefix: OpaquePointer
  /// For iterators over records.
  let readingRange: OpaquePointer

  init(_ engine: EngineOptions, prefixBytes: Int?) throws {
    guard engine.durability != .memory else {
      throw UsageError("durability=memory: RocksDB has os and disk")
    }
    options = rocksdb_options_create()
    rocksdb_options_set_create_if_missing(options, 1)
    rocksdb_options_set_write_buffer_size(options, engine.memtableBytes)
    rocksdb_options_set_max_write_buffer_number(options, Int32(EngineOptions.memtablesMax))
    rocksdb_options_set_max_background_jobs(options, 2)
    rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1)
    rocksdb_options_set_target_file_size_base(options, 64 << 20)
    rocksdb_options_set_max_open_files(options, -1)
    rocksdb_options_set_bytes_per_sync(options, 1 << 20)
    rocksdb_options_set_info_log_level(options, 4)
    let compression: Int32 =
      switch engine.compression {
      case .none: Int32(rocksdb_no_compression)
      case .snappy: Int32(rocksdb_snappy_compression)
      case .lz4: Int32(rocksdb_lz4_compression)
      }
    rocksdb_options_set_compression(options, compression)

    let table = rocksdb_block_based_options_create()
    rocksdb_block_based_options_set_block_size(table, engine.blockBytes)
    rocksdb_block_based_options_set_block_cache(
      table, rocksdb_cache_create_lru(engine.cacheBytes))
    rocksdb_block_based_options_set_format_version(table, 5)
    if engine.bloomBits > 0 {
      rocksdb_block_based_options_set_filter_policy(
        table, rocksdb_filterpolicy_create_bloom_full(Double(engine.bloomBits)))
    }
    // As many filter bits for a record, whichever the layout.
    rocksdb_block_based_options_set_whole_key_filtering(table, prefixBytes == nil ? 1 : 0)
    if let prefixBytes {
      rocksdb_options_set_prefix_extractor(
        options, rocksdb_slicetransform_create_fixed_prefix(prefixBytes))
      rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, 0.05)
    }
    rocksdb_options_set_block_based_table_factory(options, table)

    writing = rocksdb_writeoptions_create()
    rocksdb_writeoptions_set_sync(writing, engine.durability == .disk ? 1 : 0)
    reading = rocksdb_readoptions_create()
    readingPrefix = rocksdb_readoptions_create()
    rocksdb_readoptions_set_prefix_same_as_start(readingPrefix, 1)
    readingRange = rocksdb_readoptions_create()
    rocksdb_readoptions_set_total_order_seek(readingRange, 1)
  }

  deinit {
    rocksdb_writeoptions_destroy(writing)
    rocksdb_readoptions_destroy(reading)
    rocksdb_readoptions_destroy(readingPrefix)
    rocksdb_readoptions_destroy(readingRange)
    rocksdb_options_destroy(options)
  }
}

/// An error that RocksDB reports.
struct RocksDBError: Error, CustomStringConvertible {
  let description: String

  /// Whether another transaction was in the way.
  var isConflict: Bool {
    description.contains("Busy") || description.contains("busy") || description.contains("TryAgain")
      || description.contains("TimedOut") || description.contains("timed out")
  }

  /// Calls RocksDB and throws what it says.
  @inline(always)
  static func check<R>(_ body: (inout UnsafeMutablePointer<CChar>?) -> R) throws(RocksDBError) -> R
  {
    var message: UnsafeMutablePointer<CChar>?
    let result = body(&message)
    if let message {
      let text = String(cString: message)
      rocksdb_free(message)
      throw RocksDBError(description: "RocksDB: \(text)")
    }
    return result
  }
}

/// The keys of the cell layout: the record's key padded to a fixed length with zeros, then the field or the message.
struct CellKeys: Sendable {
  let prefixBytes: Int

  init(_ options: EngineOptions) {
    prefixBytes = options.keyBytesMax + 1
  }

  func appendPrefix(_ key: [UInt8], to bytes: inout [UInt8]) throws {
    guard key.count < prefixBytes else {
      throw UsageError("zeropadding: a key of \(key.count) bytes is too long for this layout")
    }
    bytes.append(contentsOf: key)
    bytes.append(contentsOf: repeatElement(0, count: prefixBytes - key.count))
  }

  static func append(field: Int, to bytes: inout [UInt8]) {
    if field < 0x80 {
      bytes.append(UInt8(field))
    } else {
      bytes.append(0x80 | UInt8(field >> 8))
      bytes.append(UInt8(field & 0xFF))
    }
  }

  static func append(message id: UInt64, to bytes: inout [UInt8]) {
    bytes.append(0xF0)
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: ~id >> UInt64(shift)))
    }
  }

  /// The field of a cell's key; nil of a message.
  func field(_ key: UnsafeRawBufferPointer) -> Int? {
    let first = key[prefixBytes]
    if first < 0x80 { return Int(first) }
    return first == 0xF0 ? nil : Int(first & 0x7F) << 8 | Int(key[prefixBytes + 1])
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

/// Makes the steps of a history on a store of some random configuration.
struct MetamorphicRunner {
  private var random: SplitMix64
  private var disk = InMemoryFileSystem()
  private let clock = ManualTimeSource(startingAtMicroseconds: 1000)
  private var configuration: StoreConfiguration
  private var store: EmbeddedStore
  private var snapshots: [StoreSnapshot] = []
  private var path = "/store"
  private var moves = 0
  private let localityGroups: [LocalityGroup]

  /// What is drawn: for messages.
  let description: String

  init(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    func draw<T>(_ values: [T]) -> T { values[random.below(values.count)] }
    var configuration = TestStore.configuration(disk)
    configuration.memtableBytesMax = draw([4 << 10, 8 << 10, 64 << 10])
    configuration.blockBytes = draw([64, 512, 4096])
    configuration.tableFileBytesMax = draw([4 << 10, 32 << 10])
    configuration.logSegmentBytes = draw([4 << 10, 64 << 10])
    configuration.logRetentionBytesMax = draw([8 << 10, 256 << 10])
    configuration.recentRowsMax = draw([16, 64])
    configuration.bloomBitsPerRow = draw([1, 10])
    configuration.timeSource = HeldClock(base: clock)
    let filters = LocalityGroup.BloomFilter.allCases
    let codecs: [LocalityGroup.Compression?] = [nil, LocalityGroup.Compression.none]
    localityGroups = [
      LocalityGroup("default", compression: draw(codecs), bloomFilter: draw(filters)),
      LocalityGroup("second", compression: draw(codecs), bloomFilter: draw(filters)),
    ]
    let grouping = (0..<5).map { _ in draw(["default", "second"]) }
    let cuts = (["r1", "r2", "r3"] as [Bytes]).filter { _ in random.chance(0.3) }
    description =
      "memtable \(configuration.memtableBytesMax), block \(configuration.blockBytes), "
      + "file \(configuration.tableFileBytesMax), recent \(configuration.recentRowsMax), "
      + "groups \(grouping), filters \(localityGroups.map(\.bloomFilter)), cuts \(cuts)"
    self.configuration = configuration
    self.random = random
    store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    for table in MetamorphicModel.tables {
      var families = MetamorphicModel.families
      for index in families.indices { families[index].localityGroup = grouping[index] }
      try await store.createTable(
        TableSchema(name: table, families: families, localityGroups: localityGroups),
        splitAt: cuts)
    }
  }

  /// Makes a step, and returns what the store answers.
  mutating func perform(_ operation: Operation) async -> String {
    do {
      return try await answer(operation)
    } catch {
      return (error as? StoreError)?.code.description ?? "\(error)"
    }
  }

  private mutating func answer(_ operation: Operation) async throws -> String {
    switch operation {
    case .commit(let parts): return try await commit(parts)
    case .readModifyWrite(let table, let operation):
      let row = try await store.readModifyWrite(
        operation, in: table, durability: .operatingSystem)
      return row.map { Answer.row($0.row, Array($0)) } ?? "failed"
    case .ingest(let table, let rows): try await ingest(rows, into: table)
    case .get(let table, let get, let number):
      let row =
        if let snapshot = snapshot(number) {
          try await store.get(get, in: table, at: snapshot)
        } else {
          try await store.get(get, in: table)
        }
      return Answer.row(get.row, row.map(Array.init) ?? [])
    case .scan(let table, let scan, let number):
      let cursor =
        if let snapshot = snapshot(number) {
          try await store.scan(scan, in: table, at: snapshot)
        } else {
          try await store.scan(scan, in: table)
        }
      return Answer.rows(Self.joined(try await TestStore.rows(cursor)))
    case .pin: snapshots.append(try store.snapshot(.visible))
    case .unpin(let number):
      if !snapshots.isEmpty { snapshots.remove(at: number % snapshots.count) }
    case .advance(let microseconds): clock.advance(by: .microseconds(microseconds))
    default: try await reshape(operation)
    }
    return ""
  }

  private func snapshot(_ number: Int?) -> StoreSnapshot? {
    guard let number, !snapshots.isEmpty else { return nil }
    return snapshots[number % snapshots.count]
  }

  private mutating func commit(_ parts: [BatchOperation]) async throws -> String {
    // A crash keeps what the system has been handed.
    let durability: Durability = random.chance(0.2) ? .disk : .operatingSystem
    let outcome = try await store.commit(
      AtomicBatch(operations: parts), since: nil, durability: durability)
    switch outcome {
    case .committed: return "committed"
    case .conditionFailed(let index): return "failed \(index)"
    case .rangeChanged: return "changed"
    }
  }

  private func ingest(_ rows: [RowMutations], into table: String) async throws {
    _ = try await store.ingest(into: table) { writer in
      for row in rows {
        var put = Put(row.row)
        for case .put(let column, let timestamp, let value, let timeToLive) in row.mutations {
          put.add(
            family: column.family, qualifier: column.qualifier, value: value, timestamp: timestamp,
            timeToLive: timeToLive)
        }
        try await writer.append(put)
      }
    }
  }

  /// Pieces of the same row, one behind the other, are a row.
  private static func joined(_ pieces: [RowResult]) -> [(Bytes, [Cell])] {
    pieces.reduce(into: []) { rows, piece in
      if rows.last?.0 == piece.row {
        rows[rows.count - 1].1 += Array(piece)
      } else {
        rows.append((piece.row, Array(piece)))
      }
    }
  }

  private mutating func reshape(_ operation: Operation) async throws {
    switch operation {
    case .flush: try await store.flush()
    case .compact(let table, let rows): try await store.compact(table: table, rows: rows)
    case .split(let table, let row):
      let isCut = try store.catalog.table(table).regions.contains { $0.rows.start == row }
      if !isCut { try await store.split(table: table, at: row) }
    case .merge(let table, let number):
      let regions = try store.catalog.table(table).regions
      guard regions.count > 1 else { return }
      let first = number % (regions.count - 1)
      _ = try await store.mergeRegions(regions[first].id, regions[first + 1].id)
    case .truncate(let table, let keepsRegions):
      try await store.truncateTable(table, keepsRegions: keepsRegions)
    case .deleteRows(let table, let rows): try await store.deleteRows(in: rows, of: table)
    case .addFamily(let table):
      var family = MetamorphicModel.passing
      family.localityGroup = ["default", "second", "third"][random.below(3)]
      let known = try await store.schema(of: table).family(named: family.name)
      if known == nil { try await store.addFamily(family, to: table) }
    case .dropFamily(let table):
      let known = try await store.schema(of: table).family(named: MetamorphicModel.passing.name)
      if known != nil { try await store.dropFamily(MetamorphicModel.passing.name, of: table) }
    case .reopen:
      snapshots = []
      try await store.close()
      store = try await EmbeddedStore.open(at: path, configuration: configuration)
    case .crash:
      snapshots = []
      disk = disk.killProcess()
      try await store.close()
      configuration.fileSystem = disk
      store = try await EmbeddedStore.open(at: path, configuration: configuration)
    case .moveToCheckpoint, .moveToBackup: try await move(operation)
    case .verify:
      let report = try await store.verify(isDeep: true)
      if let finding = report.findings.first { throw StoreError(.corruption, "\(finding)") }
    default: break
    }
  }

  /// Lets the history go on in a copy of the store.
  private mutating func move(_ operation: Operation) async throws {
    moves += 1
    let copy = "/copy \(moves)"
    if case .moveToCheckpoint = operation {
      try await store.checkpoint(at: copy)
    } else {
      let backups = BackupDirectory("/backups", fileSystem: disk)
      let made = try await store.backUp(to: backups)
      try await backups.restore(made.backup.number, to: copy, configuration: configuration)
    }
    snapshots = []
    try await store.close()
    path = copy
    store = try await EmbeddedStore.open(at: path, configuration: configuration)
  }

  func close() async throws { try await store.close() }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// YCSB's core workload: reads, updates, inserts, scans and read-modify-writes of records by chosen keys.
///
/// Cooper et al., "Benchmarking cloud serving systems with YCSB", SoCC 2010.
package final class CoreWorkload: Workload {
  enum Operation {
    case read, update, insert, scan, readModifyWrite
  }

  let options: CoreOptions
  let fieldNames: [String]
  let inserted: AcknowledgedCounter
  let loaded: SharedCounter
  let sequence = SharedCounter(0)
  let operations: Weighted<Operation>
  package let chooser: KeyChooser?

  package init(_ properties: Properties) throws(UsageError) {
    options = try CoreOptions(properties)
    fieldNames = options.fieldNames
    inserted = AcknowledgedCounter(Int64(max(options.recordCount, options.insertStart)))
    loaded = SharedCounter(Int64(options.insertStart))
    operations = Weighted([
      (.read, options.readProportion), (.update, options.updateProportion),
      (.insert, options.insertProportion), (.scan, options.scanProportion),
      (.readModifyWrite, options.readModifyWriteProportion),
    ])
    guard !operations.isEmpty else {
      throw UsageError("all proportions are zero: there is nothing to do")
    }
    chooser =
      options.insertCount > 0
      ? try KeyChooser(options, inserted: inserted, sequence: sequence) : nil
  }

  package var loadCount: Int { options.insertCount }
  package var recordCount: Int { Int(inserted.last) + 1 }
  package var isTransactional: Bool { false }

  package func makeClient(_ index: Int, seed: UInt64) throws -> any WorkloadClient {
    CoreClient(self, chooser: chooser, seed: seed)
  }
}

final class CoreClient: WorkloadClient {
  private let workload: CoreWorkload
  private let options: CoreOptions
  private var chooser: KeyChooser?
  private var random: SplitMix64
  private var values = FieldValues()
  private let sink: FieldSink

  init(_ workload: CoreWorkload, chooser: KeyChooser?, seed: UInt64) {
    self.workload = workload
    options = workload.options
    self.chooser = chooser
    random = SplitMix64(seed: seed)
    sink = FieldSink(checking: options.checksData ? workload.fieldNames : nil)
  }

  func load(_ client: any EngineClient, _ moment: Moment) async throws {
    let key = key(workload.loaded.next())
    fill(0..<options.fieldCount, key)
    var attempt = 0
    while true {
      let start = Clock.now()
      let status = try await client.insert(key, values)
      moment.record(
        .insert, from: start, status, writtenBytes: key.count + values.bytes.count)
      if status == .ok || attempt >= options.insertRetriesMax { return }
      attempt += 1
      Clock.sleep(nanoseconds: UInt64(options.insertRetrySeconds * 1e9))
    }
  }

  func operate(_ client: any EngineClient, _ moment: Moment) async throws {
    switch workload.operations.next(&random) {
    case .read: try await read(client, chosenKey(), moment)
    case .update: try await update(client, chosenKey(), moment)
    case .insert: try await insert(client, moment)
    case .scan: try await scan(client, moment)
    case .readModifyWrite:
      let key = try chosenKey()
      let start = Clock.now()
      try await read(client, key, moment)
      try await update(client, key, moment)
      moment.record(.readModifyWrite, from: start, .ok)
    }
  }

  private func read(_ client: any EngineClient, _ key: [UInt8], _ moment: Moment) async throws {
    let fields = chosenFields()
    let start = Clock.now()
    sink.reset()
    key.withUnsafeBytes { sink.begin($0) }
    let status = try await client.read(key, fields: fields, into: sink)
    moment.record(.read, from: start, status)
    guard options.checksData else { return }
    let isRight = !sink.isWrong && sink.fieldCount == (fields?.count ?? options.fieldCount)
    moment.record(.verify, from: start, isRight ? .ok : .unexpectedState)
  }

  private func update(_ client: any EngineClient, _ key: [UInt8], _ moment: Moment) async throws {
    if options.writesAllFields {
      fill(0..<options.fieldCount, key)
    } else {
      let field = Int.random(in: 0..<options.fieldCount, using: &random)
      fill(field..<(field + 1), key)
    }
    let start = Clock.now()
    let status = try await client.update(key, values)
    moment.record(.update, from: start, status, writtenBytes: key.count + values.bytes.count)
  }

  private func insert(_ client: any EngineClient, _ moment: Moment) async throws {
    let number = workload.inserted.next()
    let key = key(number)
    fill(0..<options.fieldCount, key)
    let start = Clock.now()
    defer { workload.inserted.acknowledge(number) }
    let status = try await client.insert(key, values)
    moment.record(.insert, from: start, status, writtenBytes: key.count + values.bytes.count)
  }

  private func scan(_ client: any EngineClient, _ moment: Moment) async throws {
    let key = try chosenKey()
    let count = options.scanLength.next(&random)
    let fields = chosenFields()
    sink.reset()
    let start = Clock.now()
    let found = try await client.scan(from: key, count: count, fields: fields, into: sink)
    // The start key is there, so that at least it must be found.
    moment.record(.scan, from: start, found > 0 && found <= count ? .ok : .unexpectedState)
  }

  private func chosenKey() throws -> [UInt8] {
    guard chooser != nil, let number = chooser?.next(&random) else {
      throw UsageError("recordcount=0: a run needs records to choose from")
    }
    return key(number)
  }

  private func key(_ number: Int64) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(24)
    options.appendKey(of: number, to: &key)
    return key
  }

  private func chosenFields() -> [Int]? {
    if !options.readsAllFields { return [Int.random(in: 0..<options.fieldCount, using: &random)] }
    return options.checksData || options.namesAllFields ? Array(0..<options.fieldCount) : nil
  }

  private func fill(_ fields: Range<Int>, _ key: [UInt8]) {
    values.removeAll()
    for field in fields {
      let length = options.fieldLength.next(&random)
      if options.checksData {
        values.append(
          field: field,
          value: RecordContents.deterministic(
            key: key, field: workload.fieldNames[field], count: length))
      } else {
        RecordContents.appendRandom(length, to: &values.bytes, &random)
        values.endValue(of: field)
      }
    }
  }
}

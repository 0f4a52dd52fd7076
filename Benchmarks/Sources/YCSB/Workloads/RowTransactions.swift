// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Haeinsa's two benchmarks, as transactions over records of the core workload.
///
/// *Practical*: three writes and a read on each of two rows, a read on a third; the sending of a message in Between.
/// *Worst*: one write on each of two rows, a read on a third: the least work that needs all of the protocol.
package final class RowTransactions: Workload {
  package enum Shape: Sendable {
    case practical, worst
  }

  private let core: CoreWorkload
  private let shape: Shape
  let options: CoreOptions

  package init(_ properties: Properties, _ shape: Shape) throws(UsageError) {
    core = try CoreWorkload(properties)
    options = core.options
    self.shape = shape
    guard options.fieldCount >= 4 else {
      throw UsageError("fieldcount=\(options.fieldCount): this workload needs 4 or more")
    }
  }

  package var loadCount: Int { core.loadCount }
  package var recordCount: Int { core.recordCount }
  package var isTransactional: Bool { true }

  package func makeClient(_ index: Int, seed: UInt64) throws -> any WorkloadClient {
    var random = SplitMix64(seed: seed)
    let loader = try core.makeClient(index, seed: random.next())
    guard let chooser = core.chooser, options.recordCount >= 3 else {
      throw UsageError("recordcount=\(options.recordCount): this workload needs 3 or more")
    }
    return Client(options, shape, loader: loader, chooser: chooser, seed: random.next())
  }

  private final class Client: WorkloadClient {
    private let options: CoreOptions
    private let shape: Shape
    private let loader: any WorkloadClient
    private var chooser: KeyChooser
    private var random: SplitMix64

    init(
      _ options: CoreOptions, _ shape: Shape, loader: any WorkloadClient, chooser: KeyChooser,
      seed: UInt64
    ) {
      self.options = options
      self.shape = shape
      self.loader = loader
      self.chooser = chooser
      random = SplitMix64(seed: seed)
    }

    func load(_ client: any EngineClient, _ moment: Moment) async throws {
      try await loader.load(client, moment)
    }

    func operate(_ client: any EngineClient, _ moment: Moment) async throws {
      let keys = threeKeys()
      let writtenFields = shape == .practical ? [1, 2, 3] : [1]
      let writes = keys.prefix(2).map { key in
        var write = RowWrite(key)
        for field in writtenFields {
          RecordContents.appendRandom(
            options.fieldLength.next(&random), to: &write.values.bytes, &random)
          write.values.endValue(of: field)
        }
        return write
      }
      var plan = TransactionPlan()
      if shape == .practical { plan.reads = keys.prefix(2).map { RowRead($0, .fields([0])) } }
      plan.reads.append(RowRead(keys[2], .fields([0])))
      let expected = plan.reads.count
      plan.decide = { rows in
        // A record that was not found would make the transaction cheaper than it is.
        rows.count { !$0.values.isEmpty } == expected ? writes : []
      }
      let written = writes.reduce(0) { $0 + $1.key.count + $1.values.bytes.count }
      let start = Clock.now()
      let retries = try await client.transact(plan)
      moment.record(.transaction, from: start, .ok, retries: retries, writtenBytes: written)
    }

    /// Three records, no two the same.
    private func threeKeys() -> [[UInt8]] {
      var numbers: [Int64] = []
      while numbers.count < 3 {
        let number = chooser.next(&random)
        if !numbers.contains(number) { numbers.append(number) }
      }
      return numbers.map { number in
        var key: [UInt8] = []
        options.appendKey(of: number, to: &key)
        return key
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The couples' app: of a hundred operations 97 list a conversation and three send a message.
///
/// Between's engineers said that about 3 % of their database operations were writes (a talk at Deview 2013). Three
/// records make a couple: two users and their relationship. To *send* reads the metadata of both users' message
/// collections and the couple's profile, and writes on both rows the message, the metadata and the head of the
/// conversation. To *list* reads, on one snapshot, the metadata and the newest twenty messages. Couples are chosen by
/// `requestdistribution`.
package final class BetweenWorkload: Workload {
  static let metadataField = 0
  static let headField = 1
  static let pageMessages = 20
  private static let sendShare = 0.03

  let core: CoreWorkload
  let options: CoreOptions
  private let couples: Int

  package init(_ properties: Properties) throws(UsageError) {
    core = try CoreWorkload(properties)
    options = core.options
    couples = options.recordCount / 3
    guard options.fieldCount >= 2 else {
      throw UsageError("fieldcount=\(options.fieldCount): this workload needs 2 or more")
    }
  }

  package var loadCount: Int { core.loadCount }
  package var recordCount: Int { core.recordCount }
  package var isTransactional: Bool { true }

  package func makeClient(_ index: Int, seed: UInt64) throws -> any WorkloadClient {
    guard let chooser = core.chooser, couples >= 1 else {
      throw UsageError("recordcount=\(options.recordCount): a couple takes 3 records")
    }
    return Client(self, chooser: chooser, couples: couples, seed: seed)
  }

  private final class Client: WorkloadClient {
    private let workload: BetweenWorkload
    private var chooser: KeyChooser
    private let couples: Int64
    private var random: SplitMix64

    init(_ workload: BetweenWorkload, chooser: KeyChooser, couples: Int, seed: UInt64) {
      self.workload = workload
      self.chooser = chooser
      self.couples = Int64(couples)
      random = SplitMix64(seed: seed)
    }

    private func key(_ number: Int64) -> [UInt8] {
      var key: [UInt8] = []
      workload.options.appendKey(of: number, to: &key)
      return key
    }

    private func text() -> [UInt8] {
      var text: [UInt8] = []
      RecordContents.appendRandom(10 + Int.random(in: 0..<80, using: &random), to: &text, &random)
      return text
    }

    /// Users begin with a page of messages.
    func load(_ client: any EngineClient, _ moment: Moment) async throws {
      let number = workload.core.loaded.next()
      var write = RowWrite(key(number))
      let isUser = number % 3 < 2
      write.values.append(
        field: BetweenWorkload.metadataField,
        value: String(isUser ? BetweenWorkload.pageMessages : 0).utf8)
      for field in 1..<workload.options.fieldCount {
        RecordContents.appendRandom(
          workload.options.fieldLength.next(&random), to: &write.values.bytes, &random)
        write.values.endValue(of: field)
      }
      if isUser {
        write.messages = (0..<BetweenWorkload.pageMessages).map { (UInt64($0), text()) }
      }
      let loaded = write
      var plan = TransactionPlan()
      plan.decide = { _ in [loaded] }
      let start = Clock.now()
      let retries = try await client.transact(plan)
      moment.record(.insert, from: start, .ok, retries: retries)
    }

    func operate(_ client: any EngineClient, _ moment: Moment) async throws {
      let couple = chooser.next(&random) % couples * 3
      let side = Int64.random(in: 0..<2, using: &random)
      if Double.random(in: 0..<1, using: &random) < BetweenWorkload.sendShare {
        try await send(client, from: couple + side, to: couple + 1 - side, couple + 2, moment)
      } else {
        try await list(client, of: couple + side, moment)
      }
    }

    private func list(_ client: any EngineClient, of user: Int64, _ moment: Moment) async throws {
      let key = key(user)
      var plan = TransactionPlan()
      plan.isReadOnly = true
      plan.reads = [
        RowRead(key, .fields([BetweenWorkload.metadataField, BetweenWorkload.headField])),
        RowRead(key, .newestMessages(BetweenWorkload.pageMessages)),
      ]
      let start = Clock.now()
      _ = try await client.transact(plan)
      moment.record(.list, from: start, .ok)
    }

    private func send(
      _ client: any EngineClient, from sender: Int64, to receiver: Int64, _ relationship: Int64,
      _ moment: Moment
    ) async throws {
      let text = text()
      let keys = [key(sender), key(receiver)]
      var plan = TransactionPlan()
      plan.reads = keys.map { RowRead($0, .fields([BetweenWorkload.metadataField])) }
      plan.reads.append(RowRead(key(relationship), .fields([BetweenWorkload.headField])))
      plan.decide = { rows in
        zip(keys, rows).map { key, row in
          let count =
            row.value(BetweenWorkload.metadataField)
            .flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } ?? 0
          var write = RowWrite(key)
          write.values.append(field: BetweenWorkload.metadataField, value: String(count + 1).utf8)
          write.values.append(field: BetweenWorkload.headField, value: text)
          write.messages = [(count, text)]
          return write
        }
      }
      let start = Clock.now()
      let retries = try await client.transact(plan)
      moment.record(.send, from: start, .ok, retries: retries)
    }
  }
}

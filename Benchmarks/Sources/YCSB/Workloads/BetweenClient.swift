// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import WideColumn

/// One client of ``BetweenWorkload``.
///
/// To *send* reads the metadata of both users' message collections and the couple's profile, and writes on both rows the message, the metadata and the head of the conversation. To *list*
/// reads, on one snapshot, the metadata and the newest twenty messages, or as many pages as are scrolled back. Other reads are of a few fields of a user or of the couple, on a
/// snapshot; other writes read and write one of the user's row, or of the couple's and the partner's where the partner is told.
final class BetweenClient: WorkloadClient {
  private let workload: BetweenWorkload
  private var lives: LifeGenerator
  /// Only for the texts: a load needs many.
  private var texts: LifeGenerator
  private var random: SplitMix64

  init(_ workload: BetweenWorkload, _ lives: LifeGenerator, seed: UInt64) {
    self.workload = workload
    self.lives = lives
    random = SplitMix64(seed: seed)
    var options = LifeOptions(couples: 1)
    options.readsPerThousand = 0
    texts = LifeGenerator(seed: seed, options)
  }

  private func key(_ number: Int64) -> [UInt8] {
    var key: [UInt8] = []
    workload.options.appendKey(of: number, to: &key)
    return key
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
      write.messages = (0..<BetweenWorkload.pageMessages).map { (UInt64($0), nextText()) }
    }
    let loaded = write
    var plan = TransactionPlan()
    plan.decide = { _ in [loaded] }
    let start = Clock.now()
    let retries = try await client.transact(plan)
    moment.record(.insert, from: start, .ok, retries: retries)
  }

  /// A text that somebody sends.
  private func nextText() -> [UInt8] {
    while let operation = texts.next() {
      if case .send(let text) = operation.action { return Array(text.utf8) }
    }
    return []
  }

  func operate(_ client: any EngineClient, _ moment: Moment) async throws {
    guard let operation = lives.next() else { return }
    let couple = Int64(operation.person.couple) * 3
    let own = key(couple + (operation.person.isFirst ? 0 : 1))
    let partner = key(couple + (operation.person.isFirst ? 1 : 0))
    let shared = key(couple + 2)
    switch operation.action {
    case .openChat: try await list(client, of: own, pages: 1, moment)
    case .scrollBack(let pages): try await list(client, of: own, pages: pages, moment)
    case .countUnread, .readNotifications: try await look(client, at: own, moment)
    case .lookAtPhotos, .lookAtAlbum, .lookAtMonth, .readComments:
      try await look(client, at: shared, moment)
    case .send(let text):
      try await send(client, Array(text.utf8), from: own, to: partner, shared, moment)
    case .sendSticker(let name):
      try await send(client, Array(name.utf8), from: own, to: partner, shared, moment)
    case .writeMemo(let text), .editMemo(let text), .comment(let text), .addEvent(let text, _, _):
      try await update(client, [shared, partner], Array(text.utf8), moment)
    default: try await update(client, [own], Array("\(operation.person.couple)".utf8), moment)
    }
  }

  private func list(
    _ client: any EngineClient, of user: [UInt8], pages: Int, _ moment: Moment
  ) async throws {
    var plan = TransactionPlan()
    plan.isReadOnly = true
    plan.reads = [
      RowRead(user, .fields([BetweenWorkload.metadataField, BetweenWorkload.headField])),
      RowRead(user, .newestMessages(pages * BetweenWorkload.pageMessages)),
    ]
    let start = Clock.now()
    _ = try await client.transact(plan)
    moment.record(.list, from: start, .ok)
  }

  private func look(_ client: any EngineClient, at row: [UInt8], _ moment: Moment) async throws {
    var plan = TransactionPlan()
    plan.isReadOnly = true
    plan.reads = [
      RowRead(row, .fields([BetweenWorkload.metadataField, BetweenWorkload.headField]))
    ]
    let start = Clock.now()
    _ = try await client.transact(plan)
    moment.record(.read, from: start, .ok)
  }

  private func send(
    _ client: any EngineClient, _ text: [UInt8], from sender: [UInt8], to receiver: [UInt8],
    _ relationship: [UInt8], _ moment: Moment
  ) async throws {
    let keys = [sender, receiver]
    var plan = TransactionPlan()
    plan.reads = keys.map { RowRead($0, .fields([BetweenWorkload.metadataField])) }
    plan.reads.append(RowRead(relationship, .fields([BetweenWorkload.headField])))
    plan.decide = { rows in
      zip(keys, rows).map { key, row in
        let count = Self.count(row)
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

  /// Reads rows, and writes a field of each.
  private func update(
    _ client: any EngineClient, _ rows: [[UInt8]], _ text: [UInt8], _ moment: Moment
  ) async throws {
    var plan = TransactionPlan()
    plan.reads = rows.map { RowRead($0, .fields([BetweenWorkload.metadataField])) }
    plan.decide = { _ in
      rows.map { key in
        var write = RowWrite(key)
        write.values.append(field: BetweenWorkload.headField, value: text)
        return write
      }
    }
    let start = Clock.now()
    let retries = try await client.transact(plan)
    moment.record(.update, from: start, .ok, retries: retries)
  }

  private static func count(_ row: RowFields) -> UInt64 {
    row.value(BetweenWorkload.metadataField)
      .flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } ?? 0
  }
}

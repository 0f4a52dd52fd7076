// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import WideColumn

/// What a history of a right store may be damaged by, so that it is one of no right store.
enum HistoryDamage: String, CaseIterable, Sendable {
  case readsSwapped = "two reads of a list swapped"
  case lastElementDropped = "the last element missing from a read"
  case middleElementDropped = "an element in the middle missing from a read"
  case elementsReordered = "two elements of a read exchanged"
  case elementDuplicated = "an element twice in a read"
  case elementFromNowhere = "an element that nobody appended"
  case futureRead = "an element appended after the read had ended"
  case ownAppendMissed = "a read without its own transaction's append"
  case readAppendFailed = "an append that was read, and failed"
  case appendLost = "an acknowledged append in no read"
  case appendDuplicated = "one append in two transactions"
  case staleRegister = "a register as it was before an acknowledged write"
  case registerFromNowhere = "a value that nobody wrote"
  case idMissed = "an acknowledged id missing from a scan"
  case futureID = "an id inserted after the scan had ended"
  case idDuplicated = "an id twice in a scan"
  case readInsertFailed = "an insert that was read, and failed"
  case completionBeforeInvocation = "a completion before its invocation"
  case intermediateRead = "a read of the first of a transaction's two appends"
  case insertLost = "an acknowledged increment in no read of the counter"
  case realTimeInverted = "an append acknowledged after a read that saw it had ended"
  case phantomsMissed = "two scans that each miss the other's insert"
  case skewed = "two transactions that each miss the other's append"
  case updateLost = "two updates of a register of which each misses the other"
  case forked = "two reads that see two appends in opposite order"

  /// What the history is of.
  var workload: LongHistory.Workload {
    switch self {
    case .staleRegister, .registerFromNowhere, .updateLost: .registers
    case .idMissed, .futureID, .idDuplicated, .readInsertFailed, .insertLost, .phantomsMissed:
      .ranges
    default: .lists
    }
  }

  /// Damages a history at a place of its choice.
  ///
  /// - Returns: False if there is no such place.
  func apply(to events: inout [HistoryEvent], using random: inout SplitMix64) -> Bool {
    let index = HistoryIndex(events)
    if let added = added(to: events) {
      events += added
      return true
    }
    for _ in 0..<10_000 {
      let place = index.reads[random.below(index.reads.count)]
      // A transaction that met the key before would disagree with itself, and that alone would be named.
      if self != .ownAppendMissed, !events.meetsOnce(place) { continue }
      if damage(&events, place, index, &random) { return true }
    }
    return false
  }

  private func damage(
    _ events: inout [HistoryEvent], _ place: HistoryIndex.Place, _ index: HistoryIndex,
    _ random: inout SplitMix64
  ) -> Bool {
    let operation = events[place.event].value[place.operation]
    switch operation {
    case .read(let key, .list(let list)?):
      guard let change = damage(&events, place, key, list, index, &random) else { return false }
      if let list = change { events.set(.read(key, .list(list)), at: place) }
      return true
    case .scan(let range, let ids?):
      guard let change = damage(&events, place, range, ids, index, &random) else { return false }
      if let ids = change { events.set(.scan(range, ids), at: place) }
      return true
    case .read(let key, .register(let value)?):
      switch self {
      case .registerFromNowhere:
        events.set(.read(key, .register(-1)), at: place)
        return true
      case .staleRegister:
        guard let write = index.writes[.write(key, value)], write.end < place.begin,
          let before = index.before[.write(key, value)]
        else { return false }
        events.set(.read(key, before), at: place)
        return true
      default: return false
      }
    default: return false
    }
  }

  /// Damages a read of a list or range; returns nil if it cannot be done there, else what is read now, nil inside for no change.
  private func damage(
    _ events: inout [HistoryEvent], _ place: HistoryIndex.Place, _ key: Scalar, _ list: [Scalar],
    _ index: HistoryIndex, _ random: inout SplitMix64
  ) -> [Scalar]?? {
    func write(_ value: Scalar) -> HistoryIndex.Write? {
      index.writes[.append(key, value)] ?? index.writes[.insert(key, value)]
    }
    var list = list
    switch self {
    case .lastElementDropped, .idMissed:
      guard let last = list.popLast(), let write = write(last), write.end < place.begin else {
        return nil
      }
    case .middleElementDropped:
      guard list.count > 3 else { return nil }
      list.remove(at: 1 + random.below(list.count - 2))
    case .elementsReordered:
      guard list.count > 3 else { return nil }
      list.swapAt(1, 2)
    case .elementDuplicated, .idDuplicated:
      guard let first = list.first else { return nil }
      list.append(first)
    case .elementFromNowhere: list.append(-1)
    case .futureRead, .futureID:
      let next = index.values(of: key).first {
        !list.contains($0) && (write($0)?.begin ?? 0) > place.end
      }
      guard let next else { return nil }
      list.append(next)
    case .ownAppendMissed:
      guard let last = list.popLast(), write(last)?.event == place.event else { return nil }
    case .readAppendFailed, .readInsertFailed:
      guard let last = list.last, let write = write(last), write.event != place.event else {
        return nil
      }
      events[write.event].kind = .fail
      return .some(nil)
    case .appendLost, .insertLost: return loseWrite(&events, key, list, place, index)
    case .intermediateRead:
      let end = list.indices.dropFirst().first { index in
        let (first, second) = (write(list[index - 1]), write(list[index]))
        return first?.event == second?.event && first?.event != place.event
      }
      guard let end else { return nil }
      list.removeSubrange(end...)
    case .realTimeInverted:
      guard let write = list.last.flatMap(write), write.event != place.event else { return nil }
      events.postpone(write.event, index)
      return .some(nil)
    case .readsSwapped:
      let other = index.reads[random.below(index.reads.count)]
      guard case .read(key, .list(let longer)?) = events[other.event].value[other.operation],
        longer.count > list.count, place.end < other.begin,
        longer.dropFirst(list.count).contains(where: { (write($0)?.end ?? .max) < other.begin })
      else { return nil }
      events.set(.read(key, .list(list)), at: other)
      list = longer
    case .appendDuplicated:
      guard let last = list.last, let write = write(last) else { return nil }
      let other = index.reads[random.below(index.reads.count)].event
      guard other != write.event else { return nil }
      for event in [other, index.invocations[other] ?? other] {
        events[event].value.append(.append(key, last))
      }
      return .some(nil)
    case .completionBeforeInvocation:
      guard let invocation = index.invocations[place.event] else { return nil }
      events.swapAt(invocation, place.event)
      return .some(nil)
    case .staleRegister, .registerFromNowhere, .phantomsMissed, .skewed, .updateLost, .forked:
      return nil
    }
    return list
  }

  /// Takes an append or insert out of all reads, of which one began after it had been acknowledged.
  private func loseWrite(
    _ events: inout [HistoryEvent], _ key: Scalar, _ list: [Scalar], _ place: HistoryIndex.Place,
    _ index: HistoryIndex
  ) -> [Scalar]?? {
    guard let lost = list.last,
      let write = index.writes[.append(key, lost)] ?? index.writes[.insert(key, lost)],
      write.end < place.begin, write.event != place.event
    else { return nil }
    for read in index.reads {
      switch events[read.event].value[read.operation] {
      case .read(key, .list(let list)?):
        events.set(.read(key, .list(list.filter { $0 != lost })), at: read)
      case .scan(key, let ids?): events.set(.scan(key, ids.filter { $0 != lost }), at: read)
      default: continue
      }
    }
    return .some(nil)
  }
}

extension [HistoryEvent] {
  /// Whether what is read there is read and written nowhere else in its transaction.
  fileprivate func meetsOnce(_ place: HistoryIndex.Place) -> Bool {
    let operations = self[place.event].value
    return operations.count { $0.key == operations[place.operation].key } == 1
  }

  fileprivate mutating func set(_ operation: MicroOperation, at place: HistoryIndex.Place) {
    self[place.event].value[place.operation] = operation
  }

  /// Has a transaction run behind all others, by a process of its own.
  fileprivate mutating func postpone(_ completion: Int, _ index: HistoryIndex) {
    guard let invocation = index.invocations[completion], let last else { return }
    var moved = [self[invocation], self[completion]]
    for place in moved.indices {
      moved[place].time = last.time + place + 1
      moved[place].process = HistoryDamage.firstAddedProcess
    }
    remove(at: completion)
    remove(at: invocation)
    self += moved
  }
}

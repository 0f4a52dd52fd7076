// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting

/// Where things are in a history.
struct HistoryIndex {
  /// A read of a committed transaction.
  struct Place {
    var event: Int
    var operation: Int
    var begin: Int
    var end: Int
  }

  /// A write of a committed transaction.
  struct Write {
    var event: Int
    var begin: Int
    var end: Int
  }

  private(set) var reads: [Place] = []
  private(set) var writes: [MicroOperation: Write] = [:]
  /// What the transaction of a write of a register had read of it.
  private(set) var before: [MicroOperation: MicroOperation.ReadResult?] = [:]
  /// The invocation of each completion.
  private(set) var invocations: [Int: Int] = [:]
  private var valuesOfKey: [Scalar: [Scalar]] = [:]

  init(_ events: [HistoryEvent]) {
    var open: [Int: Int] = [:]
    for (number, event) in events.enumerated() {
      if event.kind == .invoke { open[event.process] = number }
      guard event.kind == .ok, let invocation = open[event.process] else { continue }
      invocations[number] = invocation
      let begin = events[invocation].time
      var last: [Scalar: MicroOperation.ReadResult?] = [:]
      for (place, operation) in event.value.enumerated() {
        switch operation {
        case .read(let key, let result):
          last[key] = .some(result)
          reads.append(Place(event: number, operation: place, begin: begin, end: event.time))
        case .scan:
          reads.append(Place(event: number, operation: place, begin: begin, end: event.time))
        case .append(let key, let value), .write(let key, let value), .insert(let key, let value),
          .delete(let key, let value):
          writes[operation] = Write(event: number, begin: begin, end: event.time)
          valuesOfKey[key, default: []].append(value)
          if let read = last[key] { before[operation] = read }
        }
      }
    }
  }

  /// All values of a key, in the order in which they were acknowledged.
  func values(of key: Scalar) -> [Scalar] { valuesOfKey[key] ?? [] }
}

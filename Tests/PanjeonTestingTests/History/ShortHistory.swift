// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing

/// A history written as one transaction a line: `process begin-end status micro-operations`.
///
/// Micro-operations: `ax1` appends 1 to x, `rx12` reads [1, 2] of x and `rx` nothing; `wx1` writes the register x, `gx1` reads 1
/// of it and `gx` nothing; `+s1` inserts 1 into s, `-s1` deletes it, `?s12` scans. A status of `!` is fail and `~` is info.
///
/// Lines of a cycle are compared by the numbers of these lines, from 1.
struct ShortHistory {
  let history: History
  /// The number of the line of each invocation.
  private var numbers: [Int: Int] = [:]

  init(_ text: String) throws {
    var events: [(event: HistoryEvent, number: Int)] = []
    for (index, line) in text.split(separator: "\n").enumerated() {
      let words = line.split(separator: " ").map(String.init)
      let times = words[1].split(separator: "-").compactMap { Int($0) }
      let process = try #require(Int(words[0]))
      var kind = HistoryEvent.Kind.ok
      var operations = Array(words[2...])
      if operations[0] == "!" || operations[0] == "~" {
        kind = operations.removeFirst() == "!" ? .fail : .info
      }
      let value = try operations.map(Self.operation)
      events.append(
        (
          HistoryEvent(
            process: process, kind: .invoke, time: times[0], value: value.map(Self.asked)),
          index + 1
        ))
      events.append(
        (HistoryEvent(process: process, kind: kind, time: times[1], value: value), index + 1))
    }
    let sorted = events.enumerated().sorted {
      ($0.element.event.time, $0.offset) < ($1.element.event.time, $1.offset)
    }.map(\.element)
    history = try History(sorted.map(\.event))
    for (index, (event, number)) in sorted.enumerated() where event.kind == .invoke {
      numbers[index + 1] = number
    }
  }

  static func operation(_ word: String) throws -> MicroOperation {
    let characters = Array(word)
    let key = Scalar.string(String(characters[1]))
    let list = characters.dropFirst(2).map { Scalar.int($0.wholeNumberValue ?? -1) }
    switch characters[0] {
    case "a": return .append(key, list[0])
    case "w": return .write(key, list[0])
    case "r": return .read(key, .list(list))
    case "g": return .read(key, list.first.map { .register($0) })
    case "+": return .insert(key, list[0])
    case "-": return .delete(key, list[0])
    default: return .scan(key, list)
    }
  }

  static func asked(_ operation: MicroOperation) -> MicroOperation {
    switch operation {
    case .read(let key, _): .read(key, nil)
    case .scan(let key, _): .scan(key, nil)
    default: operation
    }
  }

  func check(_ level: ConsistencyLevel = .strictSerializable) -> CheckReport {
    HistoryChecker(HistoryChecker.Options(level: level)).check(history)
  }

  /// The anomalies as `name: 1 -wr-> 2 -rw-> 1`, with the numbers of lines.
  func describe(_ report: CheckReport) -> [String] {
    report.anomalies.map { anomaly in
      let lines = anomaly.transactions.map { numbers[$0.invocationLine] ?? 0 }
      if anomaly.steps.isEmpty {
        return "\(anomaly.name): " + lines.map(String.init).joined(separator: " ")
      }
      let steps = anomaly.steps.map { step in
        let key = step.key.map { "\($0)".replacing("\"", with: "") } ?? ""
        return "\(lines[step.source]) -\(step.dependency)\(step.isPredicate ? "!" : "")"
          + "\(key.isEmpty ? "" : " " + key)-> "
      }
      return "\(anomaly.name): " + steps.joined() + "\(lines[0])"
    }
  }
}

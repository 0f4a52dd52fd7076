// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Says whether what a store has after a loss is what it may have.
struct PlacementJudge {
  let traces: [PlacementTrace]
  let promise: PlacementPromise

  /// For each writer and durability, how many batches were acknowledged and how many of them are there.
  private(set) var kept: [Durability: (acknowledged: Int, kept: Int)] = [:]
  private(set) var checks = 0
  private(set) var violations: [String] = []

  init(_ traces: [PlacementTrace], _ promise: PlacementPromise) {
    self.traces = traces
    self.promise = promise
  }

  /// The number of the last batch of a writer that must be there.
  func promised(to writer: Int) -> Int {
    guard promise.areFilesKept else { return 0 }
    let trace = traces[writer]
    return trace.acknowledgements.last { promise.keeps($0.holders, since: $0.since) }?.number
      ?? trace.base
  }

  /// Judges.
  ///
  /// - Parameter rows: What was found, for each writer.
  mutating func judge(_ rows: [PlacementTrace.Rows]) {
    var found: [Int?] = []
    for (writer, trace) in traces.enumerated() {
      checks += 1
      let number = trace.number(of: rows[writer])
      found.append(number)
      guard let number else {
        noteUnknown(rows[writer], writer, trace)
        continue
      }
      let promised = promised(to: writer)
      if number < promised { noteLoss(number, promised, writer, trace) }
      for acknowledgement in trace.acknowledgements {
        var entry = kept[acknowledgement.durability] ?? (0, 0)
        entry.acknowledged += 1
        if acknowledgement.number <= number { entry.kept += 1 }
        kept[acknowledgement.durability] = entry
      }
    }
    judgeOrder(found)
  }

  private mutating func noteUnknown(
    _ rows: PlacementTrace.Rows, _ writer: Int, _ trace: PlacementTrace
  ) {
    if promise.areFilesKept {
      violations.append(
        "the rows of writer \(writer) are what they were after none of the batches \(trace.base) to \(trace.begun)"
          + (trace.has(ever: rows) ? ", but once in a life that was given up" : "") + ": "
          + Self.text(rows))
    } else if !trace.has(ever: rows) {
      violations.append(
        "nothing was promised, but the rows of writer \(writer) never were so: " + Self.text(rows))
    }
  }

  private mutating func noteLoss(
    _ number: Int, _ promised: Int, _ writer: Int, _ trace: PlacementTrace
  ) {
    let last = trace.acknowledgements.last { $0.number == promised }
    let what = last.map { acknowledgement in
      "acknowledged as \(acknowledgement.durability) and on "
        + acknowledgement.holders.map { holders in
          "\(promise.topology.text(holders.inMemory)) (memory), \(promise.topology.text(holders.onDisk)) (disk)"
        }.joined(separator: " or ")
    }
    violations.append(
      "writer \(writer) has lost what was promised: batch \(number) is the last, \(promised) was promised "
        + "(\(what ?? "it was there when this life began"))")
  }

  /// What somebody had been told before a batch was begun cannot be missing beside it.
  private mutating func judgeOrder(_ found: [Int?]) {
    let numbers = found.compactMap { $0 }
    guard numbers.count == found.count else { return }
    for (writer, number) in numbers.enumerated() {
      checks += 1
      let told = traces[writer].told(before: number)
      for (other, least) in told.enumerated() where numbers[other] < least {
        violations.append(
          "batch \(number) of writer \(writer) is there, and of writer \(other) only \(numbers[other]), "
            + "which had been told of \(least) before that was begun")
      }
    }
  }

  private static func text(_ rows: PlacementTrace.Rows) -> String {
    rows.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.life).\($0.value.number)" }
      .joined(separator: " ")
  }
}

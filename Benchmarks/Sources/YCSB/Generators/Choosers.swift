// SPDX-License-Identifier: Apache-2.0

package import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How the record of an operation is chosen.
package enum RequestDistribution: String, CaseIterable, Sendable {
  case uniform, zipfian, latest, sequential, hotspot, exponential
}

/// Chooses records; each client has its own.
package struct KeyChooser: Sendable {
  private enum Rule {
    case uniform(ClosedRange<Int64>)
    case zipfian(ScrambledZipfian)
    case latest(Zipfian)
    case sequential(SharedCounter, ClosedRange<Int64>)
    case hotspot(ClosedRange<Int64>, hotFraction: Double, operationFraction: Double)
    case exponential(gamma: Double)
  }

  private var rule: Rule
  private let inserted: AcknowledgedCounter

  init(
    _ options: CoreOptions, inserted: AcknowledgedCounter, sequence: SharedCounter
  ) throws(UsageError) {
    self.inserted = inserted
    let first = Int64(options.insertStart)
    let last = first + Int64(options.insertCount) - 1
    guard last >= first else {
      throw UsageError("recordcount=\(options.recordCount): a run needs records to choose from")
    }
    switch options.requestDistribution {
    case .uniform: rule = .uniform(first...last)
    case .zipfian:
      let expected = Int64(Double(options.operationCount) * options.insertProportion * 2)
      rule = .zipfian(ScrambledZipfian(first: first, last: last + 1 + expected))
    case .latest: rule = .latest(Zipfian(items: inserted.last + 1))
    case .sequential: rule = .sequential(sequence, first...last)
    case .hotspot:
      rule = .hotspot(
        first...last, hotFraction: options.hotspotDataFraction,
        operationFraction: options.hotspotOperationFraction)
    case .exponential:
      let range = Double(options.recordCount) * options.exponentialFraction
      rule = .exponential(gamma: -log(1 - options.exponentialPercentile / 100) / range)
    }
  }

  /// A record that is there.
  package mutating func next(_ random: inout SplitMix64) -> Int64 {
    while true {
      let number = draw(&random)
      if number >= 0, number <= inserted.last { return number }
    }
  }

  private mutating func draw(_ random: inout SplitMix64) -> Int64 {
    switch rule {
    case .uniform(let range): return Int64.random(in: range, using: &random)
    case .zipfian(let zipfian): return zipfian.next(&random)
    case .latest(var zipfian):
      let last = inserted.last
      if last + 1 > zipfian.itemCount {
        zipfian.grow(to: last + 1)
        rule = .latest(zipfian)
      }
      return last - zipfian.next(&random)
    case .sequential(let sequence, let range):
      return range.lowerBound + sequence.next() % Int64(range.count)
    case .hotspot(let range, let hotFraction, let operationFraction):
      let hot = max(1, Int64(Double(range.count) * hotFraction))
      if Double.random(in: 0..<1, using: &random) < operationFraction || hot == Int64(range.count) {
        return range.lowerBound + Int64.random(in: 0..<hot, using: &random)
      }
      return range.lowerBound + Int64.random(in: hot..<Int64(range.count), using: &random)
    case .exponential(let gamma):
      let uniform = 1 - Double.random(in: 0..<1, using: &random)
      return inserted.last - Int64(-log(uniform) / gamma)
    }
  }
}

/// How the length of a field or of a scan is chosen.
package struct LengthChooser: Sendable {
  package enum Distribution: String, CaseIterable, Sendable {
    case constant, uniform, zipfian
  }

  private let range: ClosedRange<Int>
  private let zipfian: Zipfian?
  package let isConstant: Bool

  package init(_ distribution: Distribution, _ range: ClosedRange<Int>) {
    self.range = distribution == .constant ? range.upperBound...range.upperBound : range
    isConstant = distribution == .constant
    zipfian = distribution == .zipfian ? Zipfian(items: Int64(range.count)) : nil
  }

  package func next(_ random: inout SplitMix64) -> Int {
    if isConstant { return range.upperBound }
    if let zipfian { return range.lowerBound + Int(zipfian.next(&random)) }
    return Int.random(in: range, using: &random)
  }
}

/// Chooses among things by their weights.
package struct Weighted<Value: Sendable>: Sendable {
  private var choices: [(value: Value, weight: Double)] = []
  private var sum = 0.0

  package init(_ choices: [(value: Value, weight: Double)]) {
    self.choices = choices.filter { $0.weight > 0 }
    sum = self.choices.reduce(0) { $0 + $1.weight }
  }

  package var isEmpty: Bool { choices.isEmpty }

  package func next(_ random: inout SplitMix64) -> Value {
    var rest = Double.random(in: 0..<1, using: &random) * sum
    for choice in choices {
      if rest < choice.weight { return choice.value }
      rest -= choice.weight
    }
    return choices[choices.count - 1].value
  }
}

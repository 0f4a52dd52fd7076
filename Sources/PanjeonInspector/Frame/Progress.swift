// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Tells a person who watches how far long work is, at what rate, and how long it still takes.
struct Progress: ~Copyable {
  private let what: String
  private let unit: String
  private let total: UInt64?
  private let begin: UInt64
  private var last: UInt64
  private var done: UInt64 = 0

  /// The least time between two lines, in nanoseconds.
  private static let interval: UInt64 = 200_000_000

  /// - Parameters:
  ///   - what: What is done, as in "reading table 'user'".
  ///   - unit: What is counted, in the plural: "rows".
  ///   - total: How many there are; nil: unknown, and no time left is told.
  init(_ what: String, unit: String, total: UInt64? = nil) {
    self.what = what
    self.unit = unit
    self.total = total
    begin = Console.current.timeSource.monotonicNanoseconds()
    last = begin
  }

  /// Counts more.
  mutating func advance(by count: UInt64 = 1) {
    done += count
    let console = Console.current
    guard console.showsProgress else { return }
    let now = console.timeSource.monotonicNanoseconds()
    guard now >= last + Self.interval else { return }
    last = now
    Output.progress(line(afterSeconds: Double(now - begin) / 1e9))
  }

  private func line(afterSeconds seconds: Double) -> String {
    let rate = Double(done) / seconds
    var line = "\(what): \(done)"
    if let total { line += " of \(total)" }
    line += " \(unit), \(Int(rate)) a second"
    if let total, total >= done, rate > 0 {
      line += ", \(Self.duration(Double(total - done) / rate)) left"
    }
    return line
  }

  private static func duration(_ seconds: Double) -> String {
    let seconds = Int(seconds.rounded(.up))
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  }

  /// Takes the line away.
  deinit {
    if last != begin { Output.progress("") }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// One figure of ``Metrics`` by name, for whatever prints or exports them all.
package struct MetricsFigure: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    case number(UInt64), ratio(Double), text(String)
    /// It is not known, or there is nothing to be measured.
    case missing
  }

  package var name: String
  package var value: Value
  /// Whether it only grows while the store is open.
  package var isTotal = false

  package static func total(_ name: String, _ value: UInt64) -> MetricsFigure {
    MetricsFigure(name: name, value: .number(value), isTotal: true)
  }

  /// A duration that only grows.
  package static func total(_ name: String, _ value: Duration) -> MetricsFigure {
    .total(name + "Microseconds", value.microseconds)
  }

  package static func present(_ name: String, _ value: UInt64?) -> MetricsFigure {
    MetricsFigure(name: name, value: value.map(Value.number) ?? .missing)
  }

  package static func present(_ name: String, _ value: Duration?) -> MetricsFigure {
    .present(name + "Microseconds", value?.microseconds)
  }

  package static func ratio(_ name: String, _ value: Double?) -> MetricsFigure {
    MetricsFigure(name: name, value: value.map(Value.ratio) ?? .missing)
  }

  package static func text(_ name: String, _ value: String?) -> MetricsFigure {
    MetricsFigure(name: name, value: value.map(Value.text) ?? .missing)
  }
}

/// Figures that belong together; of each stall cause, each table and each volume, if there is a `dimension`.
package struct MetricsSection: Hashable, Sendable {
  package struct Instance: Hashable, Sendable {
    /// Empty without a dimension.
    package var name: String
    package var figures: [MetricsFigure]
  }

  package var name: String
  package var dimension: String?
  package var instances: [Instance]

  init(_ name: String, _ figures: [MetricsFigure]) {
    self.name = name
    instances = [Instance(name: "", figures: figures)]
  }

  init(_ name: String, dimension: String, _ instances: [Instance]) {
    self.name = name
    self.dimension = dimension
    self.instances = instances
  }
}

extension UInt64 {
  /// What a total has grown by; none when it was of another store and has shrunk.
  func since(_ earlier: UInt64) -> UInt64 { self > earlier ? self - earlier : 0 }

  /// This many for each of those; nil for none of them.
  func per(_ others: UInt64) -> Double? { others == 0 ? nil : Double(self) / Double(others) }
}

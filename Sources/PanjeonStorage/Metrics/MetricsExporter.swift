// SPDX-License-Identifier: Apache-2.0

#if Metrics
  public import CoreMetrics
  internal import Synchronization

  /// Hands the ``Metrics`` of one store on to a metrics system of swift-metrics.
  ///
  /// Totals become counters, which grow by what has come since the last export; the rest becomes meters. Their names are those
  /// of ``Metrics/json()`` with `panjeon.` before them, such as `panjeon.commits.onDisk`; figures of a table, a stall or a volume
  /// have the dimension `table`, `cause` or `volume`. Only there with the package's trait `Metrics`.
  public final class MetricsExporter: Sendable {
    private let last = Mutex(Metrics())
    private let factory: (any MetricsFactory)?
    private let dimensions: [(String, String)]

    /// Creates an exporter for a store.
    ///
    /// - Parameters:
    ///   - factory: Where to; by default the one that the process has been bootstrapped with.
    ///   - dimensions: What every figure bears, for example which store it is of; by default nothing.
    public init(factory: (any MetricsFactory)? = nil, dimensions: [(String, String)] = []) {
      self.factory = factory
      self.dimensions = dimensions
    }

    /// Exports a value; one that is older than the last is passed over.
    public func export(_ metrics: Metrics) {
      let difference = last.withLock { last -> Metrics? in
        guard metrics.elapsed >= last.elapsed else { return nil }
        defer { last = metrics }
        return metrics.since(last)
      }
      guard let difference else { return }
      let factory = factory ?? MetricsSystem.factory
      for section in difference.sections {
        for instance in section.instances {
          var dimensions = dimensions
          if let dimension = section.dimension { dimensions.append((dimension, instance.name)) }
          for figure in instance.figures {
            export(figure, "panjeon.\(section.name).\(figure.name)", dimensions, factory)
          }
        }
      }
    }

    private func export(
      _ figure: MetricsFigure, _ label: String, _ dimensions: [(String, String)],
      _ factory: any MetricsFactory
    ) {
      switch figure.value {
      case .number(let number) where figure.isTotal:
        Counter(label: label, dimensions: dimensions, factory: factory)
          .increment(by: Int64(clamping: number))
      case .number(let number):
        Meter(label: label, dimensions: dimensions, factory: factory)
          .set(Int64(clamping: number))
      case .ratio(let ratio):
        Meter(label: label, dimensions: dimensions, factory: factory).set(ratio)
      case .text, .missing: break
      }
    }
  }
#endif

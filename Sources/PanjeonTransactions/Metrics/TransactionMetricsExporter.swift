// SPDX-License-Identifier: Apache-2.0

#if Metrics
  public import CoreMetrics
  internal import Synchronization

  /// Hands the ``TransactionStatistics`` of one manager on to a metrics system of swift-metrics.
  ///
  /// Each total becomes a counter that grows by what has come since the last export: `panjeon.transactions.` and its name, such
  /// as `panjeon.transactions.conflicts`. Only there with the package's trait `Metrics`.
  public final class TransactionMetricsExporter: Sendable {
    private let last = Mutex([String: UInt64]())
    private let factory: (any MetricsFactory)?
    private let dimensions: [(String, String)]

    /// Creates an exporter for a manager.
    ///
    /// - Parameters:
    ///   - factory: Where to; by default the one that the process has been bootstrapped with.
    ///   - dimensions: What every figure bears, for example which store it is of; by default nothing.
    public init(factory: (any MetricsFactory)? = nil, dimensions: [(String, String)] = []) {
      self.factory = factory
      self.dimensions = dimensions
    }

    /// Exports a value; a total that is smaller than the last is passed over.
    public func export(_ statistics: TransactionStatistics) {
      let factory = factory ?? MetricsSystem.factory
      for (name, value) in statistics.totals {
        let growth = last.withLock { last -> UInt64 in
          let before = last[name] ?? 0
          last[name] = max(before, value)
          return value > before ? value - before : 0
        }
        Counter(label: "panjeon.transactions.\(name)", dimensions: dimensions, factory: factory)
          .increment(by: Int64(clamping: growth))
      }
    }
  }
#endif

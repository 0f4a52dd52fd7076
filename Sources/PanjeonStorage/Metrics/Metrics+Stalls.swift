// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// Commits that were held back for one cause.
  public struct Stall: Hashable, Sendable {
    /// How many there were; one that was held back twice counts twice.
    public var count: UInt64 = 0
    /// For how long in all.
    public var total = Duration.zero
    /// The longest time of one, since the store was opened.
    public var longest = Duration.zero
    /// How many are held back now.
    public var waiting: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    func since(_ earlier: Stall) -> Stall {
      var difference = self
      difference.count = count.since(earlier.count)
      difference.total = max(.zero, total - earlier.total)
      return difference
    }

    var figures: [MetricsFigure] {
      [
        .total("count", count), .total("total", total), .present("longest", longest),
        .present("waiting", waiting),
      ]
    }
  }

  /// Commits that were held back, by cause.
  public struct Stalls: Hashable, Sendable {
    private var byCause: [Stall] = Array(repeating: Stall(), count: StallCause.allCases.count)

    /// Creates figures of zero.
    public init() {}

    /// The commits held back for a cause.
    public subscript(cause: StallCause) -> Stall {
      get { byCause[Self.place(cause)] }
      set { byCause[Self.place(cause)] = newValue }
    }

    /// How long commits were held back in all, for whatever cause.
    public var total: Duration { byCause.reduce(.zero) { $0 + $1.total } }

    private static func place(_ cause: StallCause) -> Int {
      switch cause {
      case .memtablesToFlush: 0
      case .filesToCompact: 1
      case .logQueueFull: 2
      case .durableCopyBehind: 3
      }
    }

    func since(_ earlier: Stalls) -> Stalls {
      var difference = self
      for cause in StallCause.allCases { difference[cause] = self[cause].since(earlier[cause]) }
      return difference
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// Commits that were put in order.
  public struct Commits: Hashable, Sendable {
    /// Commits of durability `memory`.
    public var inMemory: UInt64 = 0
    /// Commits of durability `operatingSystem`.
    public var inOperatingSystem: UInt64 = 0
    /// Commits of durability `disk`.
    public var onDisk: UInt64 = 0
    /// Rows that they wrote; one counts once for each locality group.
    public var rows: UInt64 = 0
    /// Cells that they wrote, deletes included.
    public var cells: UInt64 = 0
    /// Batches that changed nothing and were only checked.
    public var withoutChanges: UInt64 = 0
    /// How often a commit was checked again because what it depends on may have changed between its check and its turn.
    public var staleChecks: UInt64 = 0
    /// Batches of which a condition did not hold, or a range had changed; nothing was written.
    public var refused: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    /// Commits that changed something, of all durabilities.
    public var count: UInt64 { inMemory + inOperatingSystem + onDisk }

    func since(_ earlier: Commits) -> Commits {
      var difference = self
      difference.inMemory = inMemory.since(earlier.inMemory)
      difference.inOperatingSystem = inOperatingSystem.since(earlier.inOperatingSystem)
      difference.onDisk = onDisk.since(earlier.onDisk)
      difference.rows = rows.since(earlier.rows)
      difference.cells = cells.since(earlier.cells)
      difference.withoutChanges = withoutChanges.since(earlier.withoutChanges)
      difference.staleChecks = staleChecks.since(earlier.staleChecks)
      difference.refused = refused.since(earlier.refused)
      return difference
    }

    var figures: [MetricsFigure] {
      [
        .total("count", count), .total("inMemory", inMemory),
        .total("inOperatingSystem", inOperatingSystem), .total("onDisk", onDisk),
        .total("rows", rows), .total("cells", cells), .total("withoutChanges", withoutChanges),
        .total("staleChecks", staleChecks), .total("refused", refused),
      ]
    }
  }
}

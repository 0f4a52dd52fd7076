// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Synchronization
package import WideColumn

/// The thread that splits and merges regions: by policy after flushes and compactions, and when it is asked to.
///
/// One thread, so that no two changes of regions meet.
package final class RegionWork: Sendable {
  private struct Requests: Sendable {
    var waiting: [@Sendable (StoreError?) -> Void] = []
    var isEnded = false
  }

  /// How often the requests of regions are counted.
  private static let sampleSeconds = 5.0

  /// How often it is looked at whether something has expired, or a region has become idle.
  private static let censusNanoseconds: UInt64 = 30_000_000_000

  private let environment: BackgroundEnvironment
  var catalog: Catalog { environment.catalog }
  private let signals: Monitor<BackgroundWork.Signals>
  private let pipeline: CommitPipeline
  private let gauge: PressureGauge
  private let halt: WriteHalt
  private let replacement: RegionReplacement
  private let tableChange: TableChange
  private let requests = Mutex(Requests())
  package let rates = RequestRates()

  package init(
    _ environment: BackgroundEnvironment, _ signals: Monitor<BackgroundWork.Signals>,
    _ pipeline: CommitPipeline, _ gauge: PressureGauge, _ halt: WriteHalt,
    _ replacement: RegionReplacement, _ tableChange: TableChange
  ) {
    self.environment = environment
    self.signals = signals
    self.pipeline = pipeline
    self.gauge = gauge
    self.halt = halt
    self.replacement = replacement
    self.tableChange = tableChange
  }

  /// Runs `body` on the thread; throws what it throws, `closed` when the store closes.
  ///
  /// Throws `readOnly` with the cause when the store takes no writes, unless `evenWhenHalted`.
  package func run<T: Sendable>(
    evenWhenHalted: Bool = false,
    _ body: @escaping @Sendable (RegionWork) throws(StoreError) -> T
  ) async throws(StoreError) -> T {
    let result: Result<T, StoreError> = unsafe await withUnsafeContinuation { continuation in
      let isAccepted = requests.withLock { requests in
        if requests.isEnded { return false }
        requests.waiting.append { refusal in
          let result = Result { () throws(StoreError) in
            if let refusal, !evenWhenHalted || refusal.code == .closed { throw refusal }
            return try body(self)
          }
          HandOver.fence()
          unsafe continuation.resume(returning: result)
        }
        return true
      }
      guard isAccepted else {
        return unsafe continuation.resume(returning: .failure(.storeClosed))
      }
      signals.withLock { $0.wantsRegions = true }
      signals.notifyAll()
    }
    HandOver.fence()
    return try result.get()
  }

  private enum Turn {
    case work, stop
  }

  /// What the thread does until the store closes.
  package func loop() {
    var lastNormalized = environment.configuration.timeSource.monotonicNanoseconds()
    var lastCensus = lastNormalized
    while true {
      let turn = signals.wait(timeout: .seconds(Self.sampleSeconds)) { state -> Turn? in
        if state.isStopping { return .stop }
        guard state.wantsRegions else { return nil }
        state.wantsRegions = false
        state.loopsAtWork += 1
        return .work
      }
      let now = environment.configuration.timeSource.monotonicNanoseconds()
      rates.sample(environment.catalog.all.flatMap(\.regions), atNanoseconds: now)
      wantCompactionIfDue(now, &lastCensus)
      switch turn {
      case .stop: return end()
      case .work:
        work()
        normalizeIfDue(now, &lastNormalized)
        signals.withLock { $0.loopsAtWork -= 1 }
      case nil: normalizeIfDue(now, &lastNormalized)
      }
    }
  }

  private func end() {
    let waiting = requests.withLock { requests in
      requests.isEnded = true
      defer { requests.waiting = [] }
      return requests.waiting
    }
    for request in waiting { request(.storeClosed) }
  }

  private func work() {
    let waiting = requests.withLock { requests in
      defer { requests.waiting = [] }
      return requests.waiting
    }
    for request in waiting { request(pipeline.failure) }
    if pipeline.failure == nil, environment.configuration.splitsRegionsByPolicy {
      attempt { () throws(StoreError) in try splitByPolicy() }
    }
  }

  /// A change that failed leaves the regions as they were; if the MANIFEST is at fault, nothing more can be written.
  private func attempt(_ body: () throws(StoreError) -> Void) {
    do throws(StoreError) {
      try body()
    } catch {
      if !environment.isStopping { halt.halt("regions could not be changed", because: error) }
    }
  }

  /// Time makes compactions worth it that no write and no flush asks for.
  private func wantCompactionIfDue(_ now: UInt64, _ last: inout UInt64) {
    guard now >= last + Self.censusNanoseconds else { return }
    last = now
    environment.census.keepOnly(environment.catalog.all.flatMap(\.regions))
    let oldest = environment.snapshots.oldestRemovals
    for table in environment.catalog.all { table.removals?.release(below: oldest) }
    signals.withLock { $0.wantsCompaction = true }
    signals.notifyAll()
  }

  private func splitByPolicy() throws(StoreError) {
    for table in environment.catalog.all {
      let advisor = SplitAdvisor(
        table, memtableBytes: environment.configuration.memtableBytesMax)
      for region in table.regions where !environment.isStopping {
        if case .split(let row, let cause) = advisor.advice(for: region) {
          _ = try split(region, at: row, cause: cause)
        }
      }
    }
  }

  private func normalizeIfDue(_ now: UInt64, _ last: inout UInt64) {
    guard let interval = environment.configuration.normalizationInterval,
      now >= last + interval.microseconds * 1000, pipeline.failure == nil
    else { return }
    last = now
    attempt { () throws(StoreError) in
      for table in environment.catalog.all where table.schema.splitPolicy.trigger != .manual {
        _ = try normalize(table)
      }
    }
  }
}

// MARK: - Changes, for the thread

extension RegionWork {
  /// Splits a region, and returns its halves.
  package func split(
    _ region: Region, at row: Bytes, cause: String
  ) throws(StoreError) -> [Region] {
    let ranges = [
      KeyRange(from: region.rows.start, to: row), KeyRange(from: row, to: region.rows.stop),
    ]
    return try replace([region], by: ranges, cause: cause)
  }

  /// Merges neighbours, and returns what they have become.
  package func merge(
    _ first: Region, _ second: Region, cause: String
  ) throws(StoreError) -> Region {
    let rows = KeyRange(from: first.rows.start, to: second.rows.stop)
    return try replace([first, second], by: [rows], cause: cause)[0]
  }

  private func replace(
    _ old: [Region], by ranges: [KeyRange], cause: String
  ) throws(StoreError) -> [Region] {
    guard let table = environment.catalog.table(id: old[0].tableID) else {
      preconditionFailure("a region without a table")
    }
    defer {
      gauge.viewsHaveChanged()
      signals.wantAll()
    }
    let new = try replacement.replace(old, of: table, by: ranges, cause: cause)
    let change = StoreEvent.RegionChange(
      table: table.schema.name, old: old.map(\.id), new: new.map(\.id), cause: cause)
    if old.count == 1 {
      environment.metrics.regionSplits.add(1)
      environment.events.post(.regionSplit(change))
    } else {
      environment.metrics.regionMerges.add(1)
      environment.events.post(.regionsMerged(change))
    }
    return new
  }

  /// Alters, empties or drops a table.
  package func changeTable(
    _ table: TableHandle, _ body: (TableChange, TableHandle) throws(StoreError) -> Void
  ) throws(StoreError) {
    defer {
      gauge.viewsHaveChanged()
      signals.wantAll()
    }
    try body(tableChange, table)
    environment.configuration.logger.notice(
      "table changed", metadata: ["table": "\(table.schema.name)"])
  }

  /// Gives a table another split policy.
  package func set(_ policy: SplitPolicy, of table: TableHandle) throws(StoreError) {
    let change = "table '\(table.schema.name)'"
    try environment.versions.apply(change: change) { _ throws(StoreError) in
      var edit = VersionEdit()
      edit.splitPolicies = [SplitPolicyRecord(tableID: table.record.id, policy: policy)]
      return edit
    } follow: {
      pipeline.monitor.withLock { _ in
        environment.catalog.insert(table.with(policy))
        table.supersede()
      }
    }
    signals.withLock { $0.wantsRegions = true }
    signals.notifyAll()
  }

  /// What would make a table's regions more even.
  package func proposals(for table: TableHandle) -> [RegionProposal] {
    RegionNormalizer.proposals(
      for: table, rates: rates, memtableBytes: environment.configuration.memtableBytesMax)
  }

  /// Does what is proposed for a table, and returns it.
  package func normalize(_ table: TableHandle) throws(StoreError) -> [RegionProposal] {
    let proposals = proposals(for: table)
    let regions = Dictionary(
      table.regions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for proposal in proposals where !environment.isStopping {
      switch proposal.action {
      case .split(let id, let row):
        guard let region = regions[id] else { continue }
        _ = try split(region, at: row, cause: proposal.cause)
      case .merge(let first, let second):
        guard let first = regions[first], let second = regions[second] else { continue }
        _ = try merge(first, second, cause: proposal.cause)
      }
    }
    return proposals
  }
}

extension RegionNormalizer {
  /// What is proposed for a table; without rates no region is hot.
  package static func proposals(
    for table: TableHandle, rates: RequestRates?, memtableBytes: Int
  ) -> [RegionProposal] {
    if table.schema.splitPolicy.trigger == .disabled { return [] }
    let advisor = SplitAdvisor(table, memtableBytes: memtableBytes)
    let hot = rates?.hotRegions(of: table) ?? []
    // A region that has just come to be may be the hot half of another.
    let isKnown = table.regions.map { rates?.perSecond($0.id) != nil }
    let someAreKnown = isKnown.contains(true)
    return RegionNormalizer().propose(
      zip(table.regions, isKnown).map { region, isKnown in
        Measure(
          id: region.id, bytes: region.view.fileBytes, isHot: hot.contains(region.id),
          mayMerge: isKnown || !someAreKnown, middle: advisor.middle(of: region))
      })
  }
}

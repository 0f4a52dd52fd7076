// SPDX-License-Identifier: Apache-2.0

/// Says whether a history holds to a consistency level, and names what breaks it.
///
/// After Elle (Kingsbury and Alvaro, *Elle: Inferring Isolation Anomalies from Experimental Observations*, VLDB 2020): dependencies
/// between transactions are inferred from what they read, and a cycle of them that the level forbids is an anomaly.
///
/// ```swift
/// let history = try History(jsonLines: file)
/// let report = HistoryChecker().check(history)
/// print(report.text)
/// ```
public struct HistoryChecker: Sendable {
  /// What is checked, and how hard.
  public struct Options: Sendable {
    /// What the history is held to.
    public var level = ConsistencyLevel.strictSerializable
    /// Each register is known to take its values in the order of real time, though the level does not ask for it.
    public var registersAreLinearizable = false
    /// Each register is known to take its values in the order of each process, though the level does not ask for it.
    public var registersAreSequential = false
    /// How many edges the search for one class of cycles looks at in one component.
    public var searchedEdgesMax = 20_000_000
    /// How many anomalies of one name are reported.
    public var anomaliesMax = 8

    /// Strict serializability.
    public init() {}

    /// Another level.
    public init(level: ConsistencyLevel) {
      self.level = level
    }
  }

  /// The options.
  public let options: Options

  /// Makes a checker.
  public init(_ options: Options = Options()) {
    self.options = options
  }

  /// Checks a history.
  ///
  /// - Parameter history: The history.
  /// - Returns: `holds` only if there is an order of all versions by which no anomaly shows.
  /// - Complexity: O(*n* log *n*) in the micro-operations and the elements read, as long as there are no cycles; the search for a
  ///   shortest cycle is bounded by `Options.searchedEdgesMax`.
  public func check(_ history: History) -> CheckReport {
    var trusted: Dependency = []
    if options.registersAreSequential { trusted.insert(.process) }
    if options.registersAreLinearizable { trusted.insert(.realtime) }
    let inference = Inference(
      history, findingsMax: options.anomaliesMax, trustedOrders: trusted)
    let graph = DependencyGraph(inference.graph)
    let found = CycleFinder(graph, options.level, options).find()
    var anomalies = inference.findings
    anomalies += found.cycles.map { Anomaly($0, of: history) }
    anomalies += found.unclassified.prefix(options.anomaliesMax).map {
      Anomaly(unclassified: $0, at: options.level, of: history)
    }
    let isViolated = anomalies.contains { $0.violates.contains(options.level) }
    var unchecked: [String] = []
    if !isViolated {
      unchecked = reasons(inference, found)
      if unchecked.isEmpty { unchecked = openReasons(inference, graph) }
    }
    return CheckReport(
      history, options.level,
      isViolated ? .violated : unchecked.isEmpty ? .holds : .unknown, anomalies, unchecked)
  }

  /// Why no anomaly does not mean that the level holds.
  private func reasons(_ inference: Inference, _ found: CycleFinder.Result) -> [String] {
    var reasons: [String] = []
    if inference.history.committedCount == 0 { reasons.append("no transaction committed") }
    if found.isCutOff { reasons.append("the search for cycles reached its bound") }
    if !inference.unorderedKeys.isEmpty {
      let keys = inference.unorderedKeys.prefix(4).map(inference.text).joined(separator: ", ")
      reasons.append("the versions of some keys have no order: \(keys)")
    }
    if inference.unexplainedReadCount > 0 {
      reasons.append("reads found what may be of a transaction that did not say what it writes")
    }
    if inference.mayHideDeletes {
      reasons.append("a transaction that did not say what it does may have deleted ids")
    }
    if inference.unusedReadCount > 0 {
      reasons.append("\(inference.unusedReadCount) reads disagree with their own transaction")
    }
    return reasons
  }

  /// Makes a choice where the history leaves one, and looks whether the level holds by it.
  private func openReasons(_ inference: Inference, _ graph: DependencyGraph) -> [String] {
    guard let tried = inference.graphWithChoices(graph, for: options.level) else { return [] }
    if tried.takesUnknownDelete {
      return ["scans may show deletes of transactions whose end is not known"]
    }
    if isFree(tried.graph) { return [] }
    return [
      "the history leaves open in which order some versions were written, "
        + "and in the order that was tried they form a cycle"
    ]
  }

  /// Whether a graph with choices made has no cycle that the level forbids.
  private func isFree(_ graph: DependencyGraph) -> Bool {
    let level = options.level
    if level.forbidsEveryCycle {
      return StrongComponents(graph, allowing: level.dependencies.union(.assumed)).cyclic.isEmpty
    }
    let found = CycleFinder(graph, level, options, extra: .assumed).find()
    return found.cycles.isEmpty && !found.isCutOff
  }
}

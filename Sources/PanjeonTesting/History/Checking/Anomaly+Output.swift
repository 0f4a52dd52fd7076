// SPDX-License-Identifier: Apache-2.0

extension Anomaly {
  /// The anomaly for people.
  func text(at level: ConsistencyLevel) -> String {
    var heading = name
    if let pattern { heading += " (\(pattern.rawValue))" }
    if !steps.isEmpty { heading += ": a cycle of \(transactions.count) transactions" }
    if !detail.isEmpty { heading += ": \(detail)" }
    if !violates.contains(level) { heading += " (\(level.rawValue) allows it)" }
    var lines = [heading]
    for (index, transaction) in transactions.enumerated() {
      lines.append("  T\(index + 1)  \(transaction)")
    }
    for step in steps {
      let name = step.isPredicate ? "predicate " + step.dependency : step.dependency
      lines.append(
        "  T\(step.source + 1) comes before T\(step.target + 1) (\(name)): \(step.explanation).")
    }
    if !steps.isEmpty { lines.append("  So each of them comes before itself.") }
    return lines.joined(separator: "\n")
  }

  /// The anomaly as a JSON object.
  var json: String {
    JSONText.object([
      ("name", JSONText.quoted(name)),
      ("pattern", pattern.map { JSONText.quoted($0.rawValue) } ?? "null"),
      ("detail", JSONText.quoted(detail)),
      ("violates", JSONText.array(violates.map { JSONText.quoted($0.rawValue) })),
      ("transactions", JSONText.array(transactions.map(\.json))),
      ("cycle", JSONText.array(steps.map(\.json))),
    ])
  }
}

extension Anomaly.Transaction: CustomStringConvertible {
  /// Where the transaction is in the file, and what it did; long lists are cut short.
  public var description: String {
    let lines = completionLine.map { "lines \(invocationLine), \($0)" } ?? "line \(invocationLine)"
    let value = value.map(Self.short).joined(separator: " ")
    return "\(lines), process \(process), \(status.rawValue): \(value)"
  }

  /// A micro-operation, of whose list the last elements are kept.
  private static func short(_ operation: MicroOperation) -> String {
    let kept = 8
    switch operation {
    case .read(let key, .list(let list)?) where list.count > kept:
      return "[\"r\",\(key),[… \(list.count - kept) more,\(text(list.suffix(kept)))]]"
    case .scan(let range, let ids?) where ids.count > kept:
      return "[\"scan\",\(range),[… \(ids.count - kept) more,\(text(ids.suffix(kept)))]]"
    default: return operation.description
    }
  }

  private static func text(_ list: ArraySlice<Scalar>) -> String {
    list.map(\.description).joined(separator: ",")
  }

  var json: String {
    JSONText.object([
      ("process", String(process)), ("line", String(invocationLine)),
      ("completionLine", completionLine.map(String.init) ?? "null"),
      ("type", JSONText.quoted(status.rawValue)),
      ("value", JSONText.array(value.map(\.description))),
    ])
  }
}

extension Anomaly.Step {
  var json: String {
    JSONText.object([
      ("from", String(source)), ("to", String(target)),
      ("dependency", JSONText.quoted(dependency)), ("predicate", String(isPredicate)),
      ("key", key?.description ?? "null"), ("before", before?.description ?? "null"),
      ("after", after?.description ?? "null"), ("explanation", JSONText.quoted(explanation)),
    ])
  }
}

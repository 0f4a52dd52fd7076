// SPDX-License-Identifier: Apache-2.0

/// What a scan must find, and what it cannot find: ids whose inserts were acknowledged before it began, and ids whose inserts
/// failed or began after it had ended.
struct RangeBounds {
  private struct Insert {
    var id: Scalar
    var transaction: History.Transaction
  }

  /// A sentence for each wrong scan, the first ones only.
  private(set) var violations: [String] = []

  init(_ history: History) {
    var inserts: [Scalar: [Insert]] = [:]
    for transaction in history.transactions {
      for index in transaction.steps where history.steps[index].function == .insert {
        guard case .insert(let range, let id) = history.operation(history.steps[index]) else {
          continue
        }
        inserts[range, default: []].append(Insert(id: id, transaction: transaction))
      }
    }
    for transaction in history.transactions where transaction.status == .ok {
      for index in transaction.steps where history.steps[index].function == .scan {
        guard violations.count < History.violationsMax,
          case .scan(let range, let ids) = history.operation(history.steps[index])
        else { continue }
        if let what = Self.violation(ids ?? [], inserts[range] ?? [], transaction) {
          violations.append(
            "\(what.text) \(what.id) of range \(range) in \(transaction.place)")
        }
      }
    }
  }

  private static func violation(
    _ ids: [Scalar], _ inserts: [Insert], _ scan: History.Transaction
  ) -> (text: String, id: Scalar)? {
    let found = Set(ids)
    if found.count < ids.count { return ("twice in what was read:", duplicate(in: ids)) }
    for insert in inserts {
      let transaction = insert.transaction
      let isThere = found.contains(insert.id)
      if !isThere, transaction.status == .ok, transaction.completionTime < scan.invocationTime {
        return ("acknowledged, and then not there:", insert.id)
      }
      if isThere, transaction.status == .fail { return ("failed, and there:", insert.id) }
      if isThere, transaction.invocationTime > scan.completionTime {
        return ("there before it was inserted:", insert.id)
      }
    }
    return nil
  }

  private static func duplicate(in ids: [Scalar]) -> Scalar {
    var seen: Set<Scalar> = []
    return ids.first { !seen.insert($0).inserted } ?? 0
  }
}

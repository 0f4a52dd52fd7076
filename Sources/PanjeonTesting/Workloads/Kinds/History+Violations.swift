// SPDX-License-Identifier: Apache-2.0

extension History {
  /// How many violations of a workload are told of.
  static let violationsMax = 8

  /// What is wrong with what committed transactions did, each looked at by itself.
  func violations(_ check: ([MicroOperation]) -> String?) -> [String] {
    var found: [String] = []
    for transaction in transactions where transaction.status == .ok {
      if let text = check(transaction.steps.map { operation(steps[$0]) }) {
        found.append("\(text), in \(transaction.place)")
      }
      if found.count == Self.violationsMax { break }
    }
    return found
  }
}

extension History.Transaction {
  /// Where it is in the file.
  var place: String {
    completionLine == 0 ? "line \(invocationLine)" : "lines \(invocationLine), \(completionLine)"
  }
}

extension MicroOperation {
  /// Whether it changes anything.
  var isWrite: Bool {
    switch self {
    case .append, .write, .insert, .delete: true
    case .read, .scan: false
    }
  }

  /// The register that it has read, and what it found, if it is a read of one.
  var register: (key: Scalar, value: Scalar?)? {
    guard case .read(let key, let result) = self else { return nil }
    switch result {
    case .register(let value): return (key, value)
    case nil: return (key, nil)
    case .list: return nil
    }
  }
}

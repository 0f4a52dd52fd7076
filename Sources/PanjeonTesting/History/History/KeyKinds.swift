// SPDX-License-Identifier: Apache-2.0

/// Sees to it that a key is a list or a register, and not both.
struct KeyKinds {
  private enum Kind {
    case list, register
  }

  private var kinds: [(kind: Kind, line: Int)?] = []

  /// Notes what a step says about its key.
  mutating func note(
    _ step: History.Step, _ history: borrowing History, line: Int
  ) throws(HistoryError) {
    guard let kind = kind(step) else { return }
    let key = Int(step.key)
    while kinds.count <= key { kinds.append(nil) }
    guard let known = kinds[key] else {
      kinds[key] = (kind, line)
      return
    }
    if known.kind == kind { return }
    let name = kind == .list ? "list" : "register"
    throw HistoryError(
      line: line, "key \(history.names[key]) is no \(name): see line \(known.line)")
  }

  private func kind(_ step: History.Step) -> Kind? {
    switch step.function {
    case .append: .list
    case .write: .register
    case .read:
      if step.count != History.none {
        .list
      } else if step.value != History.none {
        .register
      } else {
        nil
      }
    case .insert, .delete, .scan: nil
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A sort of cycle to look for: the edge it begins with, and the edges that lead back.
struct CycleClass {
  let kind: Anomaly.Kind
  let usesPredicate: Bool
  /// What the first edge has; without `predicate` it must not have that.
  let first: Dependency
  /// What the others may have.
  let rest: Dependency
  /// Whether no two `rw` may be in a row.
  let isNonadjacent: Bool

  private init(
    _ kind: Anomaly.Kind, first: Dependency, rest: Dependency, isNonadjacent: Bool = false
  ) {
    self.kind = kind
    self.first = first
    self.rest = rest
    self.isNonadjacent = isNonadjacent
    usesPredicate = first.contains(.predicate)
  }

  /// All sorts, the worst first.
  static let all = [
    CycleClass(.g0, first: .ww, rest: .ww),
    CycleClass(.g1c, first: .wr, rest: [.ww, .wr]),
    CycleClass(.gSingle, first: .rw, rest: [.ww, .wr]),
    CycleClass(.gSingle, first: [.rw, .predicate], rest: [.ww, .wr]),
    CycleClass(.gNonadjacent, first: .rw, rest: [.ww, .wr, .rw], isNonadjacent: true),
    CycleClass(
      .gNonadjacent, first: [.rw, .predicate], rest: [.ww, .wr, .rw, .predicate],
      isNonadjacent: true),
    CycleClass(.g2Item, first: .rw, rest: [.ww, .wr, .rw]),
    CycleClass(.g2, first: [.rw, .predicate], rest: [.ww, .wr, .rw, .predicate]),
  ]

  /// Whether a cycle can begin with an edge.
  func begins(with edge: Edge) -> Bool {
    edge.dependency.isSuperset(of: first)
      && edge.dependency.contains(.predicate) == first.contains(.predicate)
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting

extension HistoryDamage {
  /// What the checker may call it: at least one of these is named, whatever else follows from it.
  var names: Set<String> {
    switch self {
    case .middleElementDropped, .elementsReordered: ["incompatible-order"]
    case .elementDuplicated, .idDuplicated: ["duplicate-elements"]
    case .elementFromNowhere, .registerFromNowhere: ["garbage-read"]
    case .ownAppendMissed: ["internal"]
    case .readAppendFailed, .readInsertFailed: ["G1a"]
    case .intermediateRead: ["G1b"]
    case .appendDuplicated, .completionBeforeInvocation: ["malformed"]
    case .phantomsMissed: ["G2"]
    case .skewed: ["G2-item"]
    case .updateLost: ["lost-update"]
    case .forked: ["G-nonadjacent"]
    case .realTimeInverted: Self.cycles([.realtime])
    // Which cycle there is depends on what else was read and written beside it: the shortest one is named.
    // What is left may end with the first of a transaction's two writes.
    case .readsSwapped, .lastElementDropped, .appendLost, .idMissed, .insertLost, .staleRegister:
      Self.cycles(Anomaly.Order.allCases).union(["G1b"])
    // Those between it and what was there are missing.
    case .futureRead, .futureID:
      Self.cycles(Anomaly.Order.allCases).union(["G1b", "incompatible-order"])
    }
  }

  private static func cycles(_ orders: [Anomaly.Order]) -> Set<String> {
    let kinds: [Anomaly.Kind] = [.g0, .g1c, .gSingle, .gNonadjacent, .g2Item, .g2]
    return Set(kinds.flatMap { kind in orders.map { kind.rawValue + $0.rawValue } })
  }
}

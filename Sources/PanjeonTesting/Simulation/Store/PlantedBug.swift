// SPDX-License-Identifier: Apache-2.0

/// What a simulated store can be made to do wrong, to see that a test finds it.
package enum PlantedBug: String, CaseIterable, Sendable {
  /// Conditions are taken to hold.
  case conditionsUnchecked
  /// Ranges are taken to be unchanged.
  case rangesUnchecked
  /// Only changes of rows that were there count as changes of a range: inserts go unnoticed.
  case insertsUnnoticed
  /// A commit is answered before it is durable.
  case acknowledgesEarly
  /// What a restart has lost is answered as if it were there, and its sequences are given again.
  case acknowledgesLost
  /// Snapshots that have seen what a restart has lost go on, and commits since them.
  case readsLostSnapshots
  /// Of a change that is made twice, the second answer is given: as if a proxy sent calls again by itself.
  case answersTheSecond
  /// A Get at a snapshot reads the present.
  case readsNewest
}

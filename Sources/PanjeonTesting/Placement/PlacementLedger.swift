// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a tester knows of where a store's files are, and so of what it must not lose.
///
/// It knows only which volumes were there when, and the page *Replication*. Where that leaves several possibilities, a promise must hold in each.
package struct PlacementLedger: Sendable {
  package let topology: PlacementTopology
  /// Counts what happens.
  private(set) package var moment = 0
  /// The volumes that the store uses.
  private(set) package var used: VolumeSet = []
  /// Volumes that answer again, and that the store uses again at some moment.
  private(set) package var returning: VolumeSet = []
  /// Volumes that have been killed, or are full, of which the store has not said so yet: it may take them for good.
  private(set) package var leaving: VolumeSet = []
  /// When a volume lost what it had, for the last time.
  private var lastLost: [Int]
  /// The volumes with rot that nobody may have met yet: what they have counts for nothing, be it older or in the same file.
  private var rotten: VolumeSet = []
  /// In which life of the store a volume was used last.
  private(set) package var lives: [Int]
  /// The sets of volumes on which the log may have been put in this life.
  private var logs: Set<VolumeSet> = []
  /// The sets of volumes that alone may have some file, and since when.
  private var files: [VolumeSet: Int] = [:]
  /// Volumes of a future that was given up: how they compare with the others is not said.
  private(set) package var rivals: VolumeSet = []

  package init(_ topology: PlacementTopology) {
    self.topology = topology
    lastLost = topology.volumes.map { _ in 0 }
    lives = topology.volumes.map { _ in 0 }
  }

  // MARK: What happens

  /// The store has been opened.
  ///
  /// - Parameters:
  ///   - life: The number of the life.
  ///   - there: The volumes that are there.
  ///   - blank: Those of them that are empty.
  ///   - isPower: Whether the power had been cut: what ephemeral volumes have counts again once it has been compared.
  ///   - isKept: Whether all files had to be there; if not, each may be on any single volume that counted.
  package mutating func noteOpen(
    life: Int, there: VolumeSet, blank: VolumeSet, isPower: Bool = false, isKept: Bool = true
  ) {
    moment += 1
    let counting = counting(there, blank: blank)
    if !isKept {
      files = [:]
      for place in counting.places { note(VolumeSet(place: place)) }
    }
    let newest = lives.max() ?? 0
    let isFork = counting.places.allSatisfy { lives[$0] < newest } && newest > 0
    if isFork { rivals = topology.all.subtracting(there) }
    for place in there.subtracting(counting).places { lastLost[place] = moment }
    if isPower, !topology.isStrict {
      for place in counting.intersection(topology.ephemeral).places { lastLost[place] = moment }
    }
    for place in there.places { lives[place] = life }
    rotten.subtract(blank)
    moment += 1
    used = there
    returning = []
    leaving = []
    logs = topology.candidates(used)
    for set in logs { note(set) }
  }

  /// Volumes have been killed, or are full.
  package mutating func noteLeft(_ set: VolumeSet) {
    moment += 1
    used.subtract(set)
    returning.subtract(set)
    leaving.formUnion(set)
    noteChange()
  }

  /// The store has said that it does without a volume.
  package mutating func noteFailed(_ place: Int) {
    leaving.remove(VolumeSet(place: place))
  }

  /// A volume answers again.
  package mutating func noteHealed(_ place: Int) {
    moment += 1
    // The store sets aside what it has, and takes back what it finds to be right.
    lastLost[place] = moment
    returning.insert(VolumeSet(place: place))
    noteChange()
  }

  /// The store has said that it uses a volume again.
  package mutating func noteRecovered(_ place: Int) {
    guard returning.contains(VolumeSet(place: place)) else { return }
    moment += 1
    returning.remove(VolumeSet(place: place))
    used.insert(VolumeSet(place: place))
    noteChange()
  }

  /// The store has said that every file has its copies.
  package mutating func noteRestored() {
    guard returning.isEmpty, leaving.isEmpty, topology.isFulfilled(used) else { return }
    moment += 1
    logs = topology.candidates(used)
    files = [:]
    for set in logs { note(set) }
  }

  /// Something on a volume is rotten.
  package mutating func noteRot(_ place: Int) {
    moment += 1
    rotten.insert(VolumeSet(place: place))
  }

  /// Volumes that the store may use or not.
  private var uncertain: VolumeSet { returning.union(leaving) }

  private mutating func noteChange() {
    for extra in uncertain.subsets {
      let present = used.union(extra)
      logs.formUnion(topology.candidates(present))
      for set in logs { note(set.intersection(present)) }
    }
  }

  private mutating func note(_ set: VolumeSet) {
    if !set.isEmpty, files[set] == nil { files[set] = moment }
  }

  // MARK: What follows

  /// The sets of volumes on which what is committed now may be.
  package var logSets: Set<VolumeSet> {
    var sets: Set<VolumeSet> = []
    for extra in uncertain.subsets {
      for set in logs { sets.insert(set.intersection(used.union(extra))) }
    }
    return sets.subtracting([[]])
  }

  /// Who has a commit that was begun when the log was on some sets, and is acknowledged now.
  package func holders(
    begunOn sets: Set<VolumeSet>, _ durability: Durability
  ) -> Set<PlacementHolders> {
    Set(sets.union(logSets).map { topology.holders($0, durability) })
  }

  /// Whether the store must go on without some volumes, and with what others have lost: a copy of everything is left.
  package func canGoOn(without gone: VolumeSet = [], rotten: VolumeSet = []) -> Bool {
    let left = used.subtracting(gone).subtracting(rotten.union(self.rotten))
    if logs.contains(where: { $0.isDisjoint(with: left) }) { return false }
    return files.allSatisfy { set, since in
      set.intersection(left).places.contains { lastLost[$0] <= since }
    }
  }

  /// The volumes whose contents count when some are there.
  package func counting(_ there: VolumeSet, blank: VolumeSet) -> VolumeSet {
    let known = there.subtracting(blank)
    let newest = known.places.map { lives[$0] }.max() ?? 0
    return topology.all.intersection(known)
      .intersection(VolumeSet(places: known.places.filter { lives[$0] == newest && newest > 0 }))
  }

  /// What is promised after a loss.
  package func promise(_ loss: PlacementLoss) -> PlacementPromise {
    let newest = lives.max() ?? 0
    let counting = counting(loss.there, blank: loss.blank)
    guard loss.there.isDisjoint(with: rivals),
      counting.places.contains(where: { lives[$0] == newest })
    else { return PlacementPromise(self, loss, counting: [], areFilesKept: false) }
    let areKept = files.allSatisfy { set, since in
      let all = PlacementHolders(
        inMemory: set,
        onDisk: topology.isStrict ? set : set.intersection(topology.durable))
      return topology.keeps(all, left: left(counting, since: since), isPower: loss.isPower)
    }
    return PlacementPromise(self, loss, counting: counting, areFilesKept: areKept)
  }

  func left(_ counting: VolumeSet, since: Int) -> VolumeSet {
    VolumeSet(places: counting.subtracting(rotten).places.filter { lastLost[$0] <= since })
  }
}

extension VolumeSet {
  package init(places: [Int]) {
    self = places.reduce(into: []) { $0.insert(VolumeSet(place: $1)) }
  }
}

/// What is left for the next life of a store.
package struct PlacementLoss: Sendable {
  /// Whether what was not synced is gone.
  package var isPower = false
  /// Whether the store was closed, and so nothing is behind.
  package var isClosed = false
  /// The volumes that are there.
  package var there: VolumeSet = []
  /// Those of them that are empty.
  package var blank: VolumeSet = []

  package init() {}
}

/// Which commits a loss must leave.
package struct PlacementPromise: Sendable {
  private let ledger: PlacementLedger
  private let loss: PlacementLoss
  private let counting: VolumeSet
  package var topology: PlacementTopology { ledger.topology }
  /// Whether all files are kept, and so everything that an earlier life had; without them nothing is promised.
  package let areFilesKept: Bool

  init(_ ledger: PlacementLedger, _ loss: PlacementLoss, counting: VolumeSet, areFilesKept: Bool) {
    self.ledger = ledger
    self.loss = loss
    self.counting = counting
    self.areFilesKept = areFilesKept
  }

  /// Whether a commit is kept.
  ///
  /// - Parameters:
  ///   - holders: Who may have it: each possibility must keep it.
  ///   - since: When it was begun.
  /// - Returns: Whether it is promised.
  package func keeps(_ holders: Set<PlacementHolders>, since: Int) -> Bool {
    guard areFilesKept else { return false }
    if loss.isClosed { return true }
    let left = ledger.left(counting, since: since)
    return !holders.isEmpty
      && holders.allSatisfy { ledger.topology.keeps($0, left: left, isPower: loss.isPower) }
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// What the table of the page *Replication* promises, cell by cell, as the tester works it out.
@Suite("The promise of placement")
struct PlacementLedgerTests {
  private static func topology(isStrict: Bool = false) -> PlacementTopology {
    PlacementTopology(
      [
        Volume("a", at: "/a", rack: "1", zone: "1", storageClass: .ephemeral),
        Volume("b", at: "/b", rack: "2", zone: "2", storageClass: .ephemeral),
        Volume("d", at: "/d", rack: "3", zone: "3", storageClass: .durable),
      ], isStrict: isStrict)
  }

  private static let a = VolumeSet(place: 0)
  private static let b = VolumeSet(place: 1)
  private static let d = VolumeSet(place: 2)

  private func opened(isStrict: Bool = false) -> PlacementLedger {
    var ledger = PlacementLedger(Self.topology(isStrict: isStrict))
    ledger.noteOpen(life: 1, there: ledger.topology.all, blank: ledger.topology.all)
    return ledger
  }

  private func keeps(
    _ ledger: PlacementLedger, _ durability: Durability, lost: VolumeSet, isPower: Bool = false
  ) -> Bool {
    var loss = PlacementLoss()
    loss.isPower = isPower
    loss.there = ledger.topology.all.subtracting(lost)
    return ledger.promise(loss).keeps(
      ledger.holders(begunOn: ledger.logSets, durability), since: ledger.moment)
  }

  @Test("With all copies in place it is the table of the page")
  func table() {
    let ledger = opened()
    let losses: [(VolumeSet, Bool)] = [
      ([], false), (Self.a, false), (Self.b, false), ([Self.a, Self.b], false), ([], true),
      (Self.a, true), ([Self.a, Self.b], true), (Self.d, false), (Self.d, true),
    ]
    let expected: [Durability: [Bool]] = [
      .memory: losses.map { _ in false },
      .operatingSystem: [true, true, true, false, false, false, false, true, false],
      .disk: [true, true, true, true, true, true, true, true, false],
    ]
    for (durability, row) in expected {
      for ((lost, isPower), isKept) in zip(losses, row) {
        #expect(
          keeps(ledger, durability, lost: lost, isPower: isPower) == isKept,
          "\(durability), \(ledger.topology.text(lost)), power \(isPower)")
      }
    }
  }

  @Test("With all copies synced an ephemeral volume that is left is enough after a power cut")
  func strict() {
    let ledger = opened(isStrict: true)
    #expect(keeps(ledger, .disk, lost: Self.d, isPower: true))
    #expect(keeps(ledger, .disk, lost: [Self.a, Self.d], isPower: true))
    #expect(keeps(ledger, .disk, lost: [Self.a, Self.b], isPower: true))
    #expect(!keeps(ledger, .operatingSystem, lost: [], isPower: true))
  }

  @Test("Without one of the leading copies the durable one is waited for")
  func degraded() {
    var ledger = opened()
    ledger.noteLeft(Self.a)
    ledger.noteFailed(0)
    #expect(keeps(ledger, .operatingSystem, lost: [Self.a, Self.b]))
    #expect(keeps(ledger, .operatingSystem, lost: [Self.a, Self.d]))
    #expect(!keeps(ledger, .operatingSystem, lost: [Self.a, Self.b, Self.d]))
    #expect(ledger.canGoOn(without: Self.b) && !ledger.canGoOn(without: [Self.b, Self.d]))
  }

  @Test(
    "A volume that was not there in a later life keeps nothing; without the others nothing is promised"
  )
  func stale() {
    var ledger = opened()
    ledger.noteOpen(life: 2, there: [Self.a, Self.b], blank: [])
    #expect(!keeps(ledger, .disk, lost: [Self.a, Self.b]))
    #expect(keeps(ledger, .disk, lost: Self.a))
    #expect(!keeps(ledger, .disk, lost: [], isPower: true))
  }

  @Test(
    "After a power cut ephemeral volumes keep nothing older, until every file has its copies again")
  func unsynced() {
    for (isPower, isStrict) in [(false, false), (true, false), (true, true)] {
      var ledger = opened(isStrict: isStrict)
      ledger.noteOpen(life: 2, there: ledger.topology.all, blank: [], isPower: isPower)
      #expect(ledger.canGoOn(without: Self.d) == (!isPower || isStrict))
      #expect(ledger.canGoOn(without: [Self.a, Self.b]))
      ledger.noteRestored()
      #expect(ledger.canGoOn(without: Self.d))
    }
  }

  @Test("What came back empty keeps nothing older, until every file has its copies again")
  func emptied() {
    var ledger = opened()
    let before = ledger.moment
    let holders = ledger.holders(begunOn: ledger.logSets, .disk)
    ledger.noteLeft(Self.d)
    ledger.noteFailed(2)
    ledger.noteHealed(2)
    var loss = PlacementLoss()
    loss.there = Self.d
    #expect(!ledger.promise(loss).keeps(holders, since: before))
    #expect(!ledger.promise(loss).areFilesKept)
    ledger.noteRecovered(2)
    ledger.noteRestored()
    #expect(ledger.promise(loss).areFilesKept)
  }

  @Test(
    "A full volume may be the only one that takes a commit, until the store has said that it does without it"
  )
  func leaving() {
    var ledger = opened()
    ledger.noteLeft(Self.a)
    #expect(!keeps(ledger, .operatingSystem, lost: [Self.a, Self.b]))
    ledger.noteRestored()
    #expect(!keeps(ledger, .operatingSystem, lost: [Self.a, Self.b]))
    ledger.noteFailed(0)
    #expect(keeps(ledger, .operatingSystem, lost: [Self.a, Self.b]))
  }

  @Test("Rot takes all that a volume has, also what comes later, until it is emptied")
  func rot() {
    var ledger = opened()
    ledger.noteRot(0)
    #expect(!keeps(ledger, .operatingSystem, lost: [Self.b, Self.d]))
    #expect(keeps(ledger, .operatingSystem, lost: Self.d))
    #expect(!ledger.canGoOn(without: [Self.b, Self.d]) && ledger.canGoOn(without: Self.b))
    ledger.noteRestored()
    #expect(!ledger.canGoOn(without: [Self.b, Self.d]))
    ledger.noteOpen(life: 2, there: ledger.topology.all, blank: Self.a)
    ledger.noteRestored()
    #expect(ledger.canGoOn(without: [Self.b, Self.d]))
  }
}

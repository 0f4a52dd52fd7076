// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Incarnation")
struct IncarnationTests {
  @Test("A store keeps its incarnation through crashes and reopening; a reader sees it")
  func lastsOneLife() async throws {
    var disk = InMemoryFileSystem()
    let first = try await TestStore.open(disk)
    let incarnation = first.incarnation
    #expect(incarnation.number == 1 && incarnation != .unknown)
    var random = SplitMix64(seed: 1)
    for _ in 0..<3 {
      disk = disk.crash(keepingUnsynced: 0.5, using: &random)
      let store = try await TestStore.open(disk)
      #expect(store.incarnation == incarnation)
      let reader = try await EmbeddedStore.openReadOnly(
        at: "/store", configuration: TestStore.configuration(disk))
      #expect(reader.incarnation == incarnation)
      try await reader.close()
      try await store.close()
    }
    try await first.close()
    let other = try await TestStore.open(InMemoryFileSystem())
    #expect(other.incarnation.store != incarnation.store)
    try await other.close()
  }

  @Test("Every checkpoint and every restored backup begins a life of its own")
  func copies() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema)
    let backups = BackupDirectory("/backups", fileSystem: disk)
    _ = try await store.backUp(to: backups)
    var lives: Set<StoreIncarnation> = [store.incarnation]
    for number in 0..<3 {
      let paths = ["/checkpoint \(number)", "/restored \(number)"]
      try await store.checkpoint(at: paths[0])
      try await backups.restore(1, to: paths[1], configuration: TestStore.configuration(disk))
      for path in paths {
        let copy = try await EmbeddedStore.open(
          at: path, configuration: TestStore.configuration(disk))
        #expect(copy.incarnation.store == store.incarnation.store)
        #expect(copy.incarnation.number == 2)
        #expect(lives.insert(copy.incarnation).inserted)
        try await copy.checkpoint(at: path + " again")
        try await copy.close()
        let again = try await EmbeddedStore.openReadOnly(
          at: path + " again", configuration: TestStore.configuration(disk))
        #expect(again.incarnation.number == 3)
        #expect(lives.insert(again.incarnation).inserted)
        try await again.close()
      }
    }
    try await store.close()
  }

  @Test("Lives are only counted up, and never those of another store")
  func onlyUp() throws {
    var state = VersionState()
    state.renewIncarnation { 5 }
    state.renewIncarnation { 6 }
    let edit = state.snapshotEdit()
    let bytes = edit.encode()
    let decoded = try bytes.withRawBytes { (bytes) throws(StoreError) in
      try VersionEdit.decode(bytes, file: "MANIFEST", offset: 0)
    }
    let expected = StoreIncarnation(
      store: StoreIdentity(high: 5, low: 5), number: 2, nonce: 6)
    #expect(decoded.incarnation == expected)
    #expect(
      expected.description == "00000000000000050000000000000005-2-0000000000000006")
    for other in [
      StoreIncarnation(store: expected.store, number: 1, nonce: 9),
      StoreIncarnation(store: StoreIdentity(high: 5, low: 6), number: 3, nonce: 9),
    ] {
      var next = state
      var edit = VersionEdit()
      edit.incarnation = other
      #expect(throws: StoreError.self) { try next.apply(edit) }
    }
  }
}

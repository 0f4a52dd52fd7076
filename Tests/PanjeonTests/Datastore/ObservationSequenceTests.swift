// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonTesting
import Testing

@Suite("Sequences of observation, over days", .timeLimit(.minutes(15)))
struct ObservationSequenceTests {
  let couple = Key(.couple, "m")

  /// What objects have become.
  private func seen(_ changes: CommittedChanges<Memo>) -> [Int: String] {
    var seen: [Int: String] = [:]
    for change in changes.changes {
      switch change {
      case .put(let entry): seen[entry.key.id() ?? -1] = entry.record.text
      case .deleted(let key): seen[key.id() ?? -1] = "deleted"
      }
    }
    return seen
  }

  @Test("One who comes back too late is refused, unless nothing has happened")
  func tooOld() async throws {
    let clock = ManualTimeSource()
    var configuration = inMemory()
    configuration.timeSource = clock
    try await withDatabase(at: "/album", configuration: configuration) { database in
      let datastore = try await database.openDatastore(albumSchema)
      try await datastore.put(Memo(text: "a"), at: Key(couple, .memo, 1))
      let changes = datastore.changes(to: .memo, of: couple, since: .beginning).makeAsyncIterator()
      let sequence = try #require(try await changes.next()).sequence
      clock.advance(by: .seconds(8 * 86_400))
      try await datastore.put(Photo(1), at: Key(couple, .photo, 1))
      let late = datastore.changes(to: .memo, of: couple, since: sequence).makeAsyncIterator()
      await expect(.sequenceTooOld) { _ = try await late.next() }
      // From the beginning nothing can have been missed.
      let again = datastore.changes(to: .memo, of: couple, since: .beginning).makeAsyncIterator()
      #expect(try await again.next().map(seen) == [1: "a"])
    }
  }

  @Test("A sequence of another life of the store is refused, however far this one has come")
  func restored() async throws {
    let configuration = inMemory()
    try await withDatabase(at: "/album", configuration: configuration) { database in
      let datastore = try await database.openDatastore(albumSchema)
      try await datastore.put(Memo(text: "a"), at: Key(couple, .memo, 1))
      try await database.store.checkpoint(at: "/copy")
      let changes = datastore.changes(to: .memo, of: couple, since: .beginning).makeAsyncIterator()
      try await datastore.put(Memo(text: "b"), at: Key(couple, .memo, 2))
      _ = try await changes.next()
      let sequence = try #require(try await changes.next()).sequence
      let stored = try RecordEncoder().encode(sequence)
      #expect(try RecordDecoder().decode(ChangeSequence.self, from: stored) == sequence)
      let here = datastore.changes(to: .memo, of: couple, since: sequence).makeAsyncIterator()
      try await datastore.put(Memo(text: "c"), at: Key(couple, .memo, 3))
      #expect(try await here.next().map(seen) == [3: "c"])
      try await withDatabase(at: "/copy", configuration: configuration) { copy in
        let datastore = try await copy.openDatastore(albumSchema)
        try await datastore.put(Memo(text: "x"), at: Key(couple, .memo, 2))
        let there = datastore.changes(to: .memo, of: couple, since: sequence).makeAsyncIterator()
        await expect(.sequenceTooOld) { _ = try await there.next() }
      }
    }
  }

  @Test("One who lags behind large records is given them a few at a time, none left out")
  func largeRecords() async throws {
    try await withDatabase(at: "/album", configuration: inMemory()) { database in
      let datastore = try await database.openDatastore(albumSchema)
      let text = String(repeating: "x", count: 1 << 20)
      for id in 1...20 {
        try await datastore.put(Memo(text: text), at: Key(couple, .memo, id))
      }
      let changes = datastore.changes(to: .memo, of: couple, since: .beginning).makeAsyncIterator()
      var ids: [Int] = []
      while ids.count < 20, let commit = try await changes.next() {
        ids += seen(commit).keys.sorted()
      }
      #expect(ids == Array(1...20))
    }
  }

  @Test(
    "Where only other things change, an observer is told how far it has come, and resumes there")
  func advance() async throws {
    let clock = ManualTimeSource()
    var configuration = inMemory()
    configuration.timeSource = clock
    try await withDatabase(at: "/album", configuration: configuration) { database in
      let datastore = try await database.openDatastore(albumSchema)
      let changes = datastore.changes(to: .memo, of: couple, since: .beginning).makeAsyncIterator()
      try await datastore.put(Memo(text: "a"), at: Key(couple, .memo, 1))
      let first = try #require(try await changes.next())
      #expect(seen(first) == [1: "a"])
      clock.advance(by: .seconds(6 * 86_400))
      try await datastore.put(Photo(1), at: Key(couple, .photo, 1))
      let second = try #require(try await changes.next())
      #expect(second.changes.isEmpty)
      #expect(second.sequence > first.sequence)
      // By now the first one would be refused.
      clock.advance(by: .seconds(2 * 86_400))
      try await datastore.put(Memo(text: "b"), at: Key(couple, .memo, 2))
      let back = datastore.changes(to: .memo, of: couple, since: second.sequence)
        .makeAsyncIterator()
      #expect(try await back.next().map(seen) == [2: "b"])
      let late = datastore.changes(to: .memo, of: couple, since: first.sequence)
        .makeAsyncIterator()
      await expect(.sequenceTooOld) { _ = try await late.next() }
    }
  }

  @Test("Deletions that are remembered for longer from now on were not before")
  func keptForLonger() async throws {
    let clock = ManualTimeSource()
    let files = InMemoryFileSystem()
    func withDays(_ days: Int, _ body: (DatabaseDatastore) async throws -> Void) async throws {
      var configuration = inMemory(files)
      configuration.timeSource = clock
      var options = DatastoreOptions()
      options.deletionsKept = .seconds(days * 86_400)
      try await withDatabase(at: "/album", configuration: configuration) { database in
        try await body(try await database.openDatastore(albumSchema, options: options))
      }
    }
    func resume(
      _ sequence: ChangeSequence, _ datastore: DatabaseDatastore
    ) async throws -> [Int: String]? {
      let changes = datastore.changes(to: .memo, of: couple, since: sequence).makeAsyncIterator()
      return try await changes.next().map(seen)
    }
    var early = ChangeSequence.beginning
    try await withDays(1) { datastore in
      for id in 1...3 { try await datastore.put(Memo(text: "\(id)"), at: Key(couple, .memo, id)) }
      let changes = datastore.changes(to: .memo, of: couple, since: .beginning).makeAsyncIterator()
      while early == .beginning, let next = try await changes.next() {
        if next.changes.first?.key == Key(couple, .memo, 3) { early = next.sequence }
      }
      try await datastore.delete(Key(couple, .memo, 1))
    }
    clock.advance(by: .seconds(2 * 86_400))
    try await withDays(7) { datastore in
      await expect(.sequenceTooOld) { _ = try await resume(early, datastore) }
      try await datastore.put(Memo(text: "4"), at: Key(couple, .memo, 4))
      let changes = datastore.changes(to: .memo, of: couple, since: .beginning).makeAsyncIterator()
      var last = ChangeSequence.beginning
      while last == .beginning, let next = try await changes.next() {
        if next.changes.first?.key == Key(couple, .memo, 4) { last = next.sequence }
      }
      try await datastore.delete(Key(couple, .memo, 2))
      clock.advance(by: .seconds(3 * 86_400))
      #expect(try await resume(last, datastore) == [2: "deleted"])
      early = last
    }
    // For less: what is deleted now is forgotten sooner.
    try await withDays(1) { datastore in
      #expect(try await resume(early, datastore) == [2: "deleted"])
      try await datastore.delete(Key(couple, .memo, 3))
      clock.advance(by: .seconds(2 * 86_400))
      await expect(.sequenceTooOld) { _ = try await resume(early, datastore) }
    }
    try await withDays(7) { datastore in
      await expect(.sequenceTooOld) { _ = try await resume(early, datastore) }
    }
  }
}

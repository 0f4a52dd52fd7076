// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("BetweenAudit")
struct AuditTests {
  @Test("Every invariant has a sentence of its own")
  func sentences() {
    #expect(Set(Invariant.allCases.map(\.sentence)).count == Invariant.allCases.count)
  }

  @Test("What violates an invariant is found, and nothing else", arguments: Invariant.allCases)
  func planted(_ invariant: Invariant) async throws {
    let all = PlantedViolation.all(of: invariant)
    #expect(!all.isEmpty)
    for planted in all {
      #expect(planted.violated.contains(invariant))
      try await withCouple(auditsAtEnd: false) { setting in
        try await setting.shareEverything()
        try await planted.harm(setting)
        let report = try await BetweenAudit(setting.between).run()
        #expect(report.violated == planted.violated, "\(planted.name): \(report.violations)")
      }
    }
  }

  @Test("A sound store is counted through")
  func counts() async throws {
    try await withCouple { setting in
      try await setting.shareEverything()
      let report = try await BetweenAudit(setting.between).run()
      #expect(report.isSound)
      #expect(report.accounts == 2 && report.users == 2 && report.couples == 1)
      #expect(report.messages == 10 && report.blobs == 3)
    }
  }

  @Test("Of very many violations the first are kept, and all are counted")
  func many() async throws {
    try await withCouple(auditsAtEnd: false) { setting in
      let memo = try await setting.between.memos.write("x", by: setting.a, in: setting.couple)
      try await setting.plant(at: memo) { $0.author = RandomID(high: 1, low: 1) }
      try await setting.between.write { transaction in
        let memo = try #require(try await transaction.get(memo))
        for _ in 0..<AuditReport.violationsMax {
          try await transaction.insert(memo, .memo, under: setting.shared)
        }
      }
      try await setting.plant(at: setting.shared) { $0.brokenAt = 5 }
      let report = try await BetweenAudit(setting.between).run()
      #expect(report.violations.count == AuditReport.violationsMax)
      #expect(report.violationCount > AuditReport.violationsMax)
      #expect(report.violated == [.sharedByPartners, .coupleIsMutual, .formerCoupleIsBroken])
    }
  }

  @Test("What cannot be read of the disk is an error, and no violation, wherever it is")
  func readErrors() async throws {
    let files = InMemoryFileSystem()
    var configuration = StoreConfiguration()
    configuration.fileSystem = files
    try await withDatabase(at: "/between", configuration: configuration) { database in
      let between = try await database.openBetween(passwords: PlainHasher(), options: .quick)
      let runner = LifeRunner(between, seed: 1)
      for couple in 0..<3 { try await runner.create(couple) }
      try await database.store.flush()
    }
    var failures = 0
    for number in 1...100 {
      let reads = Mutex<Int?>(nil)
      configuration.fileSystem = FailingFileSystem(files) { call in
        guard call.kind == .read else { return nil }
        return reads.withLock { count in
          count = count.map { $0 + 1 }
          return count == number ? .ioError : nil
        }
      }
      let report: AuditReport? = try await withDatabase(
        at: "/between", configuration: configuration
      ) { database in
        let between = try await database.openBetween(passwords: PlainHasher(), options: .quick)
        reads.withLock { $0 = 0 }
        defer { reads.withLock { $0 = nil } }
        do {
          return try await BetweenAudit(between).run()
        } catch is StoreError {
          return nil
        }
      }
      // One read for each file that there is, at the least.
      guard let report else {
        failures += 1
        continue
      }
      #expect(report.isSound)
      break
    }
    #expect(failures > 3)
  }

  @Test("Who has had another couple since need not know the one before")
  func anotherSince() async throws {
    try await withCouple { setting in
      let couples = setting.between.couples
      let c = try await setting.between.accounts.register(
        email: "c@example.org", password: "p", name: "c"
      ).user
      try await couples.breakUp(by: setting.a)
      _ = try await couples.accept(try await couples.invite(by: c), by: setting.a)
      try await setting.expectSound()
      try await couples.breakUp(by: c)
      try await setting.expectSound()
      _ = try await couples.restore(by: c)
      #expect(try await couples.restore(by: setting.a) == .restored)
    }
  }

  @Test("What is deleted while the audit runs is no violation")
  func deletedMeanwhile() async throws {
    try await withCouple { setting in
      let between = setting.between
      let blob = try await between.upload(.bytes([1]), type: "image/jpeg")
      let photo = try await between.photos.add(blob, by: setting.a, in: setting.couple)
      let meddler = MeddlingBlobStore(setting.blobs) {
        _ = try? await between.datastore.delete(photo)
        try? await setting.blobs.delete(blob.key)
      }
      let audited = try BetweenService(
        datastore: between.datastore, clock: setting.clock, random: SharedGenerator(seed: 1),
        passwords: PlainHasher(), blobs: meddler)
      let report = try await BetweenAudit(audited).run()
      #expect(report.blobs == 1)
      #expect(report.violations.map(\.description) == [])
      #expect(try await setting.blobs.size(of: blob.key) == nil)
    }
  }
}

/// Does something whenever it is asked for a size, before it answers.
private final class MeddlingBlobStore: BlobStore {
  private let base: InMemoryBlobStore
  private let meddle: @Sendable () async -> Void

  init(_ base: InMemoryBlobStore, _ meddle: @escaping @Sendable () async -> Void) {
    self.base = base
    self.meddle = meddle
  }

  var bytesMax: Int { base.bytesMax }

  func put(_ source: BlobSource, as blob: Blob) async throws(BlobError) {
    try await base.put(source, as: blob)
  }

  func get(_ key: BlobKey) async throws(BlobError) -> Bytes { try await base.get(key) }

  func get(_ key: BlobKey, _ range: Range<UInt64>) async throws(BlobError) -> Bytes {
    try await base.get(key, range)
  }

  func size(of key: BlobKey) async throws(BlobError) -> UInt64? {
    await meddle()
    return try await base.size(of: key)
  }

  func delete(_ key: BlobKey) async throws(BlobError) { try await base.delete(key) }

  func keys(after key: BlobKey?, countMax: Int) async throws(BlobError) -> BlobPage {
    try await base.keys(after: key, countMax: countMax)
  }
}

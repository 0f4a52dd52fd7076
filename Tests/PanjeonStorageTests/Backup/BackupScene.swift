// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// A store that is written to and backed up, and what each of its backups must hold.
struct BackupScene {
  let disk: InMemoryFileSystem
  let store: EmbeddedStore
  var workload: CrashWorkload

  init(seed: UInt64, on disk: InMemoryFileSystem = InMemoryFileSystem()) async throws {
    self.disk = disk
    store = try await TestStore.open(disk)
    var random = SplitMix64(seed: seed)
    workload = CrashWorkload(random: random.fork(), regionRandom: random.fork())
    try await workload.run(store, batches: 30)
  }

  mutating func write(_ batches: Int = 20) async throws {
    for _ in 0..<batches { try await workload.step(store) }
  }

  /// What the store holds, which is what a backup made now must hold.
  var contents: Contents { workload.oracle.last }

  /// Restores a backup to an empty disk, and returns what is in it; the store there is sound and takes writes.
  static func restored(
    _ number: UInt64, from backups: BackupDirectory
  ) async throws -> Contents {
    let disk = InMemoryFileSystem()
    let configuration = TestStore.configuration(disk)
    let incarnation = try await backups.restore(
      number, to: "/restored", configuration: configuration)
    // Power is cut at once: a restored store is durable.
    var random = SplitMix64(seed: number)
    let left = TestStore.configuration(disk.crash(keepingUnsynced: 0, using: &random))
    let report = try await EmbeddedStore.verify(
      at: "/restored", isDeep: true, configuration: left)
    #expect(report.isSound && report.findings.isEmpty, "\(report.findings)")
    let store = try await EmbeddedStore.open(at: "/restored", configuration: left)
    #expect(store.incarnation == incarnation)
    let contents = try await CrashWorkload.contents(of: store)
    if try await store.tables().contains(where: { $0.name == "t" }) {
      try await store.mutate(
        RowMutations(
          "own", [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: "1")]),
        in: "t", durability: .disk)
    }
    try await store.close()
    return contents
  }

  /// Restores a backup and only reads it: for tests that do so hundreds of times.
  static func read(
    _ number: UInt64, from backups: BackupDirectory
  ) async throws -> Contents {
    let configuration = TestStore.configuration(InMemoryFileSystem())
    try await backups.restore(number, to: "/restored", configuration: configuration)
    let store = try await EmbeddedStore.openReadOnly(at: "/restored", configuration: configuration)
    let contents = try await CrashWorkload.contents(of: store)
    try await store.close()
    return contents
  }

  /// The names of the copies of SSTables in a directory.
  static func copies(
    _ disk: InMemoryFileSystem, _ directory: String = "/backups"
  ) throws -> [String] {
    try disk.list(directory).filter { $0.hasSuffix(".sst") }
  }

  /// How many files the backups of a directory name, each once.
  static func namedFiles(
    _ disk: InMemoryFileSystem, _ directory: String = "/backups"
  ) throws -> Int {
    struct Name: Hashable {
      var incarnation: StoreIncarnation
      var number: UInt64
      var tailHash: UInt64
    }
    var names: Set<Name> = []
    for name in try disk.list(directory) where name.hasPrefix("BACKUP-") {
      let path = directory + "/" + name
      let description = try BackupDescription.decode(
        try #require(disk.contents(of: path)), path: path)
      for file in description.files {
        names.insert(
          Name(
            incarnation: description.incarnation, number: file.number, tailHash: file.tailHash))
      }
    }
    return names.count
  }

  /// Nothing lies in the directory but what its backups name.
  static func expectTidy(_ disk: InMemoryFileSystem, _ what: String) throws {
    #expect(try copies(disk).count == namedFiles(disk), "\(what)")
    #expect(try !disk.list("/backups").contains { $0.hasSuffix(".tmp") }, "\(what)")
  }
}

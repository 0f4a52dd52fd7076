// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

/// A store on three volumes, two ephemeral ones and a durable one.
enum TestVolumes {
  static let ephemeral = ["/a", "/b"]
  static let durable = "/d"
  static let all = ephemeral + [durable]

  static let three = [
    Volume("a", at: "/a", rack: "1", storageClass: .ephemeral),
    Volume("b", at: "/b", rack: "2", storageClass: .ephemeral),
    Volume("d", at: "/d", rack: "3", storageClass: .durable),
  ]

  /// What a machine calls its present life.
  static let boot = "first boot"

  static func configuration(
    _ fileSystem: any FileSystem, volumes: [Volume] = three, boot: String = boot,
    syncsAllCopies: Bool = false
  ) -> StoreConfiguration {
    var configuration = TestStore.configuration(fileSystem)
    var replication = ReplicationConfiguration(volumes: volumes)
    replication.syncsAllCopies = syncsAllCopies
    replication.volumeTimeout = .seconds(5)
    replication.volumeProbeInterval = .milliseconds(20)
    replication.repairBytesPerSecond = nil
    configuration.replication = replication
    configuration.bootIdentity = { boot }
    return configuration
  }

  static func open(
    _ fileSystem: any FileSystem, at path: String = durable, boot: String = boot,
    syncsAllCopies: Bool = false
  ) async throws -> EmbeddedStore {
    try await EmbeddedStore.open(
      at: path,
      configuration: configuration(fileSystem, boot: boot, syncsAllCopies: syncsAllCopies))
  }

  /// The names on a volume, without `LOCK` and `VOLUME`.
  static func names(_ fileSystem: InMemoryFileSystem, _ path: String) throws -> [String] {
    try fileSystem.list(path).filter { $0 != "LOCK" && $0 != "VOLUME" }
  }

  static func put(
    _ store: EmbeddedStore, _ number: Int, _ durability: Durability = .disk
  ) async throws {
    let mutation = Mutation.put(
      Column(family: "data", qualifier: "q"), timestamp: nil, value: Bytes(utf8: "value \(number)"))
    let batch = AtomicBatch(
      operations: [
        BatchOperation(
          table: "t", operation: CheckAndMutate([], RowMutations(TestStore.row(number), [mutation]))
        )
      ])
    _ = try await store.commit(batch, since: nil, durability: durability)
  }

  /// How many of the rows that ``put(_:_:_:)`` wrote are there, counted from zero.
  static func count(_ store: EmbeddedStore) async throws -> Int {
    try await TestStore.rows(store.scan(Scan(), in: "t")).count
  }
}

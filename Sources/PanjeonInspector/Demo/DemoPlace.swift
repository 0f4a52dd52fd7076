// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// Where the demo's store lies: in its directory, or on three volumes below it.
struct DemoPlace: Sendable {
  let directory: String
  let hasReplicas: Bool

  /// The ephemeral volumes' names; the durable one is the store's path.
  static let ephemeral = ["a", "b"]
  private static let durable = "d"

  /// Where the store is opened.
  var path: String { hasReplicas ? path(of: Self.durable) : directory }

  private func path(of volume: String) -> String { directory + "/" + volume }

  private var configuration: StoreConfiguration {
    var configuration = StoreConfiguration()
    guard hasReplicas else { return configuration }
    let ephemeral = Self.ephemeral.enumerated().map { place, name in
      Volume(name, at: path(of: name), rack: "\(place + 1)", storageClass: .ephemeral)
    }
    let durable = Volume(
      Self.durable, at: path, rack: "\(ephemeral.count + 1)", storageClass: .durable)
    configuration.replication = ReplicationConfiguration(volumes: ephemeral + [durable])
    return configuration
  }

  /// Opens the store; volumes are created if they are missing.
  func open() async throws(StoreError) -> Database {
    if hasReplicas {
      let fileSystem = PosixFileSystem()
      if try fileSystem.exists(FileNames.path(directory, .current)) {
        throw StoreError(
          .invalidArgument,
          "'\(directory)' holds a store without volumes; give another --store, or leave out --replicas",
          file: directory)
      }
      try fileSystem.createDirectory(directory)
    }
    return try await Database.open(at: path, configuration: configuration)
  }

  /// What the volumes hold.
  func survey() async throws(StoreError) -> VolumesReport? {
    try await EmbeddedStore.surveyVolumes(at: path).map(VolumesReport.init)
  }

  /// Waits until a store that is open has made lost copies anew; half a minute at the most.
  func waitForCopies(_ clock: any TimeSource) async throws {
    for _ in 0..<300 {
      if try await survey()?.findings.isEmpty ?? true { return }
      try await clock.sleep(for: .milliseconds(100))
    }
  }

  /// Removes volumes with all that is on them.
  func lose(_ volumes: [String]) throws(StoreError) {
    for volume in volumes { try TemporaryDirectory.remove(path(of: volume)) }
  }

  /// Removes everything.
  func remove() throws(StoreError) {
    try TemporaryDirectory.remove(directory)
    try TemporaryDirectory.remove(DemoBlobs.path(beside: directory))
  }
}

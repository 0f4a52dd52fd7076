// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Volumes with relative paths")
struct RelativeVolumeTests {
  /// A path to a directory that begins where the process is.
  private func relative(_ path: String) -> String {
    let depth = AbsolutePath.of("x").split(separator: "/").count - 1
    return String(repeating: "../", count: depth) + path.drop { $0 == "/" }
  }

  @Test("Relative paths mean the same for processes in other directories")
  func relativePaths() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let volumes = ["a", "b", "d"].map { name in
      Volume(
        name, at: relative(scratch.path) + "/" + name, rack: name,
        storageClass: name == "d" ? .durable : .ephemeral)
    }
    let configuration = TestVolumes.configuration(PosixFileSystem(), volumes: volumes)
    let store = try await EmbeddedStore.open(at: volumes[2].path, configuration: configuration)
    try await store.createTable(TestStore.schema)
    try await TestVolumes.put(store, 0)
    try await store.addVolume(
      Volume("c", at: relative(scratch.path) + "/c", rack: "c", storageClass: .ephemeral))
    #expect(store.replicationStatus?.volumes.count { $0.volume.path.hasPrefix("/") } == 4)
    try await store.close()
    // Opened by an absolute path, the store finds the others.
    var plain = configuration
    plain.replication = nil
    let again = try await EmbeddedStore.open(at: scratch.path + "/b", configuration: plain)
    #expect(again.replicationStatus?.volumes.allSatisfy { $0.condition == .healthy } == true)
    #expect(try await TestVolumes.count(again) == 1)
    try await again.close()
  }

  @Test("An absolute path stays, a relative one begins with the process's directory")
  func absolute() {
    #expect(AbsolutePath.of("/a/../b") == "/a/../b")
    #expect(AbsolutePath.of("a/b").hasSuffix("/a/b") && AbsolutePath.of("a/b").hasPrefix("/"))
  }
}

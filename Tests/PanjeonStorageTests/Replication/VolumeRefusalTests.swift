// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Volumes that are refused")
struct VolumeRefusalTests {
  private let disk = InMemoryFileSystem()

  private func refusal(_ volumes: [Volume], at path: String = "/d") async throws -> StoreError {
    try #require(
      await #expect(throws: StoreError.self) {
        try await EmbeddedStore.open(
          at: path, configuration: TestVolumes.configuration(disk, volumes: volumes))
      })
  }

  private func make(_ volumes: [Volume], at path: String) async throws {
    let store = try await EmbeddedStore.open(
      at: path, configuration: TestVolumes.configuration(disk, volumes: volumes))
    try await store.createTable(TestStore.schema)
    try await store.close()
  }

  @Test("A topology that cannot fulfil the policy: with what would")
  func unfulfillable() async throws {
    var volumes = TestVolumes.three
    volumes[1].rack = "1"
    let error = try await refusal(volumes)
    #expect(error.code == .invalidArgument)
    #expect(error.message.contains("add an ephemeral volume in another rack"), "\(error.message)")
    let exists = try disk.exists("/d")
    #expect(!exists)
  }

  @Test("A path that is none of the volumes'")
  func otherPath() async throws {
    let error = try await refusal(TestVolumes.three, at: "/elsewhere")
    #expect(error.code == .invalidArgument && error.message.contains("none of the store's volumes"))
  }

  @Test("A volume of another store")
  func foreignVolume() async throws {
    try await make(TestVolumes.three, at: "/d")
    let others = ["x", "y", "z"].enumerated().map { place, name in
      var volume = TestVolumes.three[place]
      volume.name = name
      volume.path = "/" + name
      return volume
    }
    try await make(others, at: "/z")
    var mixed = TestVolumes.three
    mixed[0].path = "/x"
    let error = try await refusal(mixed)
    #expect(error.code == .invalidArgument && error.message.contains("another store"))
  }

  @Test("A plain store among the volumes of another")
  func plainVolume() async throws {
    try await make(TestVolumes.three, at: "/d")
    let plain = try await EmbeddedStore.open(
      at: "/p", configuration: TestStore.configuration(disk))
    try await plain.close()
    var mixed = TestVolumes.three
    mixed[0].path = "/p"
    let error = try await refusal(mixed)
    #expect(error.code == .invalidArgument && error.message.contains("another store"))
  }

  @Test("Two volumes on one directory, by their paths or by what is in them")
  func oneDirectory() async throws {
    var volumes = TestVolumes.three
    volumes[1].path = "/./a/"
    var error = try await refusal(volumes)
    #expect(error.code == .invalidArgument && error.message.contains("directory of its own"))
    try await make(TestVolumes.three, at: "/d")
    // As if the directory of b had been copied from that of a.
    disk.setContents(of: "/b/VOLUME", to: try #require(disk.contents(of: "/a/VOLUME")))
    error = try await refusal(TestVolumes.three)
    #expect(error.code == .invalidArgument && error.message.contains("one directory"))
  }

  @Test("A list that leaves out a volume of the store")
  func leftOut() async throws {
    let four =
      TestVolumes.three + [
        Volume("c", at: "/c", rack: "4", storageClass: .ephemeral)
      ]
    try await make(four, at: "/d")
    let error = try await refusal(TestVolumes.three)
    #expect(error.code == .invalidArgument && error.message.contains("'c'"))
  }

  @Test("A directory with other things in it")
  func otherThings() async throws {
    try disk.createDirectory("/a")
    try disk.open("/a/notes.txt", .createNew).close()
    let error = try await refusal(TestVolumes.three)
    #expect(error.code == .notAStore && error.message.contains("notes.txt"))
  }

  @Test("A second writer, whichever volumes it is told of")
  func secondWriter() async throws {
    let store = try await TestVolumes.open(disk)
    for path in TestVolumes.all {
      let error = await #expect(throws: StoreError.self) {
        try await TestVolumes.open(disk, at: path)
      }
      #expect(error?.code == .locked)
    }
    try await store.close()
  }

  @Test("A volume whose record has rotted is done without, and refused only if it is the last")
  func rottenRecord() async throws {
    try await make(TestVolumes.three, at: "/d")
    disk.flipBit(200, of: "/a/VOLUME")
    let store = try await TestVolumes.open(disk)
    let status = try #require(store.replicationStatus)
    guard case .failed = status.volumes[0].condition else {
      Issue.record("\(status.volumes[0].condition)")
      return
    }
    try await store.close()
    for path in ["/b", "/d"] { disk.flipBit(200, of: path + "/VOLUME") }
    let error = try await refusal(TestVolumes.three)
    #expect(error.code == .corruption && error.message.contains("record"))
  }

  @Test("A damaged record, wherever the damage is")
  func damagedRecord() async throws {
    try await make(TestVolumes.three, at: "/d")
    let whole = try #require(disk.contents(of: "/a/VOLUME"))
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 0x20
      #expect(throws: StoreError.self) { try VolumeRecord.decode(bytes, file: "VOLUME") }
      #expect(throws: StoreError.self) {
        try VolumeRecord.decode(Array(whole[..<place]), file: "VOLUME")
      }
    }
    #expect(try VolumeRecord.decode(whole, file: "VOLUME").encode() == whole)
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Volume faults")
struct VolumeFaultsTests {
  private static let volumes = [
    Volume("a", at: "/a", rack: "1", storageClass: .ephemeral),
    Volume("b", at: "/b", rack: "2", storageClass: .durable),
  ]

  private func made() throws -> (disk: InMemoryFileSystem, faults: VolumeFaults) {
    let disk = InMemoryFileSystem()
    let faults = VolumeFaults(disk, disk: disk, volumes: Self.volumes)
    for volume in Self.volumes { try faults.createDirectory(volume.path) }
    return (disk, faults)
  }

  private func write(_ file: any File) -> StoreError.Code? {
    do throws(StoreError) {
      try [UInt8](repeating: 7, count: 10).withRawBytes { (bytes) throws(StoreError) in
        try file.write(bytes, at: 0)
      }
      return nil
    } catch {
      return error.code
    }
  }

  @Test(
    "A killed volume fails calls on paths and open files, the other does not; healed it has what it had"
  )
  func kill() throws {
    let (_, faults) = try made()
    let file = try faults.open("/a/f", .createNew)
    let other = try faults.open("/b/f", .createNew)
    faults.kill(["a"])
    #expect(write(file) == .io && write(other) == nil)
    #expect(throws: StoreError.self) { try faults.open("/a/f", .read) }
    #expect(throws: StoreError.self) { try faults.list("/a") }
    #expect(faults.failedChanges(of: "a") == 2 && faults.failedChanges(of: "b") == 0)
    faults.heal("a", empty: false)
    #expect(write(file) == nil)
    #expect(try faults.list("/a") == ["f"])
    #expect(faults.injected[.volume] == 1 && faults.injected.total == 1)
  }

  @Test("A volume that comes back empty has nothing, and what was open on it stays lost")
  func empty() throws {
    let (_, faults) = try made()
    let file = try faults.open("/a/f", .createNew)
    faults.kill(["a", "b"], as: .zone)
    faults.heal("a", empty: true)
    #expect(try !faults.exists("/a"))
    try faults.createDirectory("/a")
    #expect(try faults.list("/a").isEmpty)
    #expect(write(file) == .io)
    #expect(faults.injected[.zone] == 1 && faults.injected[.empty] == 1)
  }

  @Test("A full volume can be read and not written")
  func full() throws {
    let (_, faults) = try made()
    let file = try faults.open("/a/f", .createNew)
    #expect(write(file) == nil)
    faults.fill("a")
    #expect(write(file) == .noSpace)
    #expect(try file.size() == 10)
    #expect(throws: StoreError.self) { try faults.open("/a/g", .createNew) }
    #expect(throws: Never.self) { try file.sync() }
  }

  @Test("A stalled volume answers when the stall is over, or is ended")
  func stall() throws {
    let (_, faults) = try made()
    let clock = SystemTimeSource()
    let begin = clock.monotonicNanoseconds()
    faults.stall("a", for: .milliseconds(40))
    #expect(try faults.exists("/b"))
    #expect(clock.monotonicNanoseconds() - begin < 40_000_000 || TestSeed.isSet("CI"))
    #expect(try faults.exists("/a"))
    #expect(clock.monotonicNanoseconds() - begin >= 40_000_000)
    faults.stall("a", for: .seconds(1000))
    faults.endStalls()
    #expect(try faults.exists("/a"))
    #expect(faults.injected[.stall] == 2)
  }

  @Test("A write or a sync can be pretended")
  func pretended() throws {
    let disk = InMemoryFileSystem()
    let faults = VolumeFaults(
      disk, disk: disk, volumes: Self.volumes, pretending: { $0.path.hasSuffix("f") })
    try faults.createDirectory("/a")
    let file = try faults.open("/a/f", .createNew)
    #expect(write(file) == nil)
    #expect(try file.size() == 0)
    let other = try faults.open("/a/g", .createNew)
    #expect(write(other) == nil)
    #expect(try other.size() == 10)
  }

  @Test("Rot changes one bit, of the one volume")
  func rot() throws {
    let (disk, faults) = try made()
    for path in ["/a/f", "/b/f"] { #expect(write(try faults.open(path, .createNew)) == nil) }
    #expect(faults.rot(81, of: "/a/f"))
    #expect(disk.contents(of: "/a/f") == [5] + [UInt8](repeating: 7, count: 9))
    #expect(disk.contents(of: "/b/f") == [UInt8](repeating: 7, count: 10))
    #expect(!faults.rot(1, of: "/a/none"))
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

/// A MANIFEST that is begun, grows, is replaced and begun anew, with a power cut before each call that changes the disk.
///
/// Without a store around it: what that syncs besides would hide what the MANIFEST does not.
@Suite("ManifestCrash")
struct ManifestCrashTests {
  /// Cuts the power before calls, and knows what must be left then.
  private final class PowerCuts: Sendable {
    struct Cut: Sendable {
      var disk: InMemoryFileSystem
      var call: FileSystemCall?
      /// The number of the last edit that was durable, and of the last that was begun.
      var durable: UInt64
      var begun: UInt64
    }

    private struct State: Sendable {
      var random: SplitMix64
      var durable: UInt64 = 0
      var begun: UInt64 = 0
      var isCutting = true
      var cuts: [Cut] = []
      weak var disk: InMemoryFileSystem?
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
      state = Mutex(State(random: SplitMix64(seed: seed)))
    }

    var cuts: [Cut] { state.withLock { $0.cuts } }

    func makeDisk() -> InMemoryFileSystem {
      let disk = InMemoryFileSystem { [self] call in if call.changesDisk { cut(before: call) } }
      state.withLock { $0.disk = disk }
      return disk
    }

    /// One edit, after which the MANIFEST says `number`; without cuts where they would show nothing new.
    func edit(_ number: UInt64, isCut: Bool = true, _ body: () throws -> Void) rethrows {
      state.withLock { state in
        state.begun = number
        state.isCutting = isCut
      }
      try body()
      state.withLock { $0.durable = number }
      if isCut { cut(before: nil) }
    }

    /// Nothing unsynced is kept, or all, or some: of names that is where the outcomes are.
    private func cut(before call: FileSystemCall?) {
      state.withLock { state in
        guard state.isCutting, let disk = state.disk else { return }
        let isOfBytes = call?.kind == .write || call?.kind == .sync
        for kept in [0, 1] + [Double](repeating: 0.5, count: isOfBytes ? 1 : 6) {
          state.cuts.append(
            Cut(
              disk: disk.crash(keepingUnsynced: kept, using: &state.random), call: call,
              durable: state.durable, begun: state.begun))
        }
      }
    }
  }

  private static func numbered(_ number: UInt64, _ edit: VersionEdit = VersionEdit()) -> VersionEdit
  {
    var edit = edit
    edit.nextFileNumber = number
    return edit
  }

  /// An edit that takes a megabyte and leaves nothing behind: a region that is remembered and forgotten.
  private static func long(_ number: UInt64) -> VersionEdit {
    var edit = VersionEdit()
    let row = Bytes([UInt8](repeating: 7, count: 1 << 20))
    edit.rememberedRegions = [
      RetiredRegion(id: number, tableID: 1, rows: KeyRange(from: row), flushedThrough: [])
    ]
    edit.forgottenRegions = [number]
    return numbered(number, edit)
  }

  @Test("Whenever power is cut, the MANIFEST in force can be read and says all that was durable")
  func everyCall() throws {
    TestSeed.announce("everyCall")
    let power = PowerCuts(seed: TestSeed.value)
    let disk = power.makeDisk()
    try disk.createDirectory("/store")
    var state = VersionState()
    var number: UInt64 = 0
    for life in 0..<2 {
      var manifest = try Self.begin(life, &state, &number, disk, power)
      let first = manifest.number
      if life == 0 {
        // The last one makes it so long that another takes its place.
        for index in 1...4 {
          number += 1
          let edit = Self.long(number)
          #expect(manifest.number == first)
          try power.edit(number, isCut: index == 4) { try manifest.append(edit) }
          try state.apply(edit)
        }
        #expect(
          try manifest.number > first && !disk.exists(FileNames.path("/store", .manifest(first))))
      }
      number += 1
      try power.edit(number) { try manifest.append(Self.numbered(number)) }
      number += 1
      try state.apply(Self.numbered(number))
      try power.edit(number) { try manifest.beginAnew(state) }
      try manifest.close()
    }
    print("everyCall: \(power.cuts.count) power cuts examined")
    #expect(power.cuts.count > 200)
    for cut in power.cuts {
      let what = "before \(String(describing: cut.call)), through \(cut.durable)"
      do {
        let found = try Manifest.read(in: "/store", cut.disk)
        let said = found?.state.nextFileNumber ?? 0
        guard cut.durable <= said, said <= cut.begun else {
          Issue.record("\(what): the MANIFEST says \(said)")
          return
        }
      } catch {
        Issue.record("\(what): \(error)")
        return
      }
    }
  }

  /// Begins a MANIFEST as an opening does: those of earlier lives are removed then.
  private static func begin(
    _ life: Int, _ state: inout VersionState, _ number: inout UInt64, _ disk: InMemoryFileSystem,
    _ power: PowerCuts
  ) throws -> Manifest {
    let found = try Manifest.read(in: "/store", disk)
    #expect((found == nil) == (life == 0))
    number += 1
    try state.apply(numbered(number))
    var begun: Manifest?
    try power.edit(number) {
      begun = try Manifest(
        number: (found?.number ?? 0) + 1, state: state, directory: "/store", fileSystem: disk)
    }
    for name in try disk.list("/store") {
      if case .manifest(let old)? = FileNames(name), old != begun?.number {
        try disk.remove("/store/" + name)
      }
    }
    return try #require(begun)
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Commits that come while the MANIFEST is told of a removal: after the last moment at which the old regions take them, before
/// the new ones are there.
@Suite("Removals beside commits")
struct RemovalBesideCommitsTests {
  /// Removes row "c" in one way or another while a commit comes that puts it, and returns how that ended.
  private static func putMeanwhile(
    _ store: EmbeddedStore, _ hook: CallHook, _ remove: () async throws -> Void
  ) async throws -> StoreError? {
    try await store.createTable(TestStore.schema, splitAt: ["b", "d"])
    try await put(store, "old")
    let end = Monitor<StoreError??>(nil)
    hook.beforeNext {
      $0.kind == .sync && $0.path.contains("MANIFEST")
    } _: {
      Task {
        let error = await errorOf { try await put(store, "new") }
        end.withLock { $0 = .some(error) }
        end.notifyAll()
      }
      // It has to wait for the removal, which waits here: one that does not is over soon.
      end.wait(timeout: .milliseconds(400)) { $0 }
    }
    try await remove()
    #expect(hook.isDone)
    while end.withLock({ $0 }) == nil { try await Task.sleep(for: .milliseconds(1)) }
    return end.withLock { $0 ?? nil }
  }

  private static func put(_ store: EmbeddedStore, _ value: Bytes) async throws {
    var put = Put("c")
    put.add(family: "data", qualifier: "q", value: value)
    try await store.put(put, in: "t", durability: .memory)
  }

  enum Removal: CaseIterable {
    case truncate, truncateToOneRegion, rows
  }

  @Test("A commit that meets a removal of its row comes behind it", arguments: Removal.allCases)
  func removal(_ removal: Removal) async throws {
    let hook = CallHook()
    let disk = InMemoryFileSystem { hook.observe($0) }
    let store = try await TestStore.open(disk)
    let error = try await Self.putMeanwhile(store, hook) {
      switch removal {
      case .truncate: try await store.truncateTable("t")
      case .truncateToOneRegion: try await store.truncateTable("t", keepsRegions: false)
      case .rows: try await store.deleteRows(in: KeyRange(from: "b", to: "d"), of: "t")
      }
    }
    #expect(error == nil)
    let row = try await store.get(Get("c"), in: "t")
    #expect(row?.value(family: "data", qualifier: "q") == "new")
    try await store.close()
    let again = try await TestStore.open(disk)
    let found = try await again.get(Get("c", versionsMax: 9), in: "t")
    #expect(found.map(Array.init)?.map(\.value) == ["new"])
    try await again.close()
  }

  @Test("A commit that meets the drop of its table is refused")
  func drop() async throws {
    let hook = CallHook()
    let store = try await TestStore.open(InMemoryFileSystem { hook.observe($0) })
    let error = try await Self.putMeanwhile(store, hook) {
      try await store.dropTable("t")
    }
    #expect(error?.code == .noSuchTable)
    try await store.close()
  }
}

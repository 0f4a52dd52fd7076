// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("What is visible, and from when on", .timeLimit(.minutes(15)))
struct VisibilityTests {
  @Test("A commit for the disk is seen by reads and snapshots once it is synced, and not before")
  func synced() async throws {
    let hook = CallHook()
    let store = try await TestStore.openAsleep(InMemoryFileSystem { hook.observe($0) })
    hook.beforeNext({ $0.kind == .sync }) {
      Blocking.wait {
        let get = Get(TestStore.row(1))
        #expect(store.pipeline.sequenced.value > store.pipeline.visible.value)
        #expect(try await store.get(get, in: "t") == nil)
        let visible = try store.snapshot(.visible)
        #expect(try await store.get(get, in: "t", at: visible) == nil)
        let sequenced = try store.snapshot(.sequenced)
        #expect(try await store.get(get, in: "t", at: sequenced) != nil)
      }
    }
    try await store.put(1, .disk)
    #expect(hook.isDone)
    #expect(try await store.get(Get(TestStore.row(1)), in: "t") != nil)
    try await store.close()
  }
}

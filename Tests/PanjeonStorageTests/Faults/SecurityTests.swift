// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite("Security")
struct SecurityTests {
  private func makeStore(_ path: String) async throws {
    let store = try await EmbeddedStore.open(at: path)
    try await store.createTable(TestStore.schema)
    try await store.mutate(
      RowMutations(
        "row", [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: "v")]),
      in: "t", durability: .disk)
    try await store.close()
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  private func code(_ body: () async throws -> Void) async -> StoreError.Code? {
    do {
      try await body()
      return nil
    } catch {
      return (error as? StoreError)?.code
    }
  }

  private func open(_ path: String) async throws {
    try await EmbeddedStore.open(at: path).close()
  }

  @Test("Directories are 0700 and files 0600, whatever the process's mask")
  func modes() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let path = scratch.path + "/store"
    defer { remove(path) }
    try await makeStore(path)
    #expect(mode(path) == 0o700)
    for name in try PosixFileSystem().list(path) {
      #expect(mode(path + "/" + name) == 0o600, "\(name)")
    }
  }

  @Test(
    "A store, or a file of one, that others may write is refused by name until it is made one's own"
  )
  func writableByOthers() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let path = scratch.path + "/store"
    defer { remove(path) }
    try await makeStore(path)
    chmod(path, 0o770)
    #expect(await code { try await open(path) } == .writableByOthers)
    #expect(
      await code { try await EmbeddedStore.openReadOnly(at: path).close() } == .writableByOthers)
    chmod(path, 0o755)
    try await open(path)
    for name in try PosixFileSystem().list(path) where name.hasSuffix(".sst") || name == "CURRENT" {
      chmod(path + "/" + name, 0o602)
      #expect(await code { try await open(path) } == .writableByOthers, "\(name)")
      chmod(path + "/" + name, 0o600)
    }
    try await open(path)
    // A directory that others may write becomes no store either.
    let shared = scratch.path + "/shared"
    mkdir(shared, 0o700)
    chmod(shared, 0o777)
    #expect(await code { try await open(shared) } == .writableByOthers)
    rmdir(shared)
  }

  @Test("A symbolic link in a file's place is not followed out of the store")
  func links() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let path = scratch.path + "/store"
    defer { remove(path) }
    try await makeStore(path)
    for name in try PosixFileSystem().list(path) {
      let file = path + "/" + name
      let outside = scratch.path + "/outside"
      rename(file, outside)
      symlink(outside, file)
      let before = try size(outside)
      let error = await code { try await open(path) }
      #expect(error == .io || error == .locked, "\(name): \(String(describing: error))")
      #expect(try size(outside) == before, "\(name) was written through a link")
      unlink(file)
      rename(outside, file)
    }
    try await open(path)
  }

  private func size(_ path: String) throws -> UInt64 {
    let file = try PosixFileSystem().open(path, .read)
    defer { file.close() }
    return try file.size()
  }

  private func remove(_ path: String) {
    for name in (try? PosixFileSystem().list(path)) ?? [] { unlink(path + "/" + name) }
    rmdir(path)
  }
}

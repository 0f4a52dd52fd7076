// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonInspector
import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Each verb's output, held against the files of `Golden/`.
@Suite("Verbs")
struct VerbTests {
  private func withStore(
    _ fill: (String) async throws -> Void, _ body: (String, Transcript) async throws -> Void
  ) async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let path = scratch.path + "/store"
    try await fill(path)
    try await body(path, Transcript(path, masks: ExampleStore.masks))
  }

  @Test("get")
  func get() async throws {
    try await withStore(ExampleStore.plain) { store, transcript in
      await transcript.run("get", store, "plain", "c")
      await transcript.run("get", store, "plain", "c", "--versions", "3", "--json")
      await transcript.run("get", store, "plain", "c", "--family", "g", "--hex")
      await transcript.run("get", store, "plain", "63", "--hex", "--limit", "1")
      await transcript.run("get", store, "plain", "b", "--family", "f", "--qualifier", "q")
      await transcript.run("get", store, "plain", "nobody")
      await transcript.run("get", store, "plain", "\\x0")
      await transcript.run("get", store, "plain", "6", "--hex")
      await transcript.run("get", store, "elsewhere", "a")
      await transcript.run("get", store, "plain", "a", "--limit", "-1")
      await transcript.run("get", store, "plain", "a", "--qualifier", "q")
      await transcript.run("get", store + "/none", "plain", "a")
      try transcript.check("get")
    }
  }

  @Test("get and scan of records")
  func records() async throws {
    try await withStore(ExampleStore.records) { store, transcript in
      await transcript.run("get", store, "couple", "M")
      await transcript.run("get", store, "couple", "M", "--raw", "--family", "data", "--limit", "2")
      await transcript.run(
        "get", store, "couple", "N", "--json", "--family", "data", "--limit", "2")
      await transcript.run("scan", store, "couple", "--keys-only", "--family", "data")
      await transcript.run("tables", store, "--limit", "1")
      try transcript.check("records")
    }
  }

  @Test("scan and count")
  func scan() async throws {
    try await withStore(ExampleStore.plain) { store, transcript in
      await transcript.run("scan", store, "plain", "--start", "b", "--stop", "d")
      await transcript.run("scan", store, "plain", "--prefix", "z", "--json")
      await transcript.run("scan", store, "plain", "--limit", "2", "--keys-only", "--json")
      await transcript.run("scan", store, "plain", "--start", "7a", "--hex")
      await transcript.run("scan", store, "plain", "--start", "d", "--stop", "b")
      await transcript.run("scan", store, "plain", "--start", "d", "--prefix", "b")
      await transcript.run("count", store, "plain")
      await transcript.run("count", store, "plain", "--family", "f", "--versions", "3", "--json")
      await transcript.run("count", store, "plain", "--limit", "5")
      try transcript.check("scan")
    }
  }

  @Test("info, tables, regions, levels")
  func overview() async throws {
    try await withStore(ExampleStore.plain) { store, transcript in
      await transcript.run("info", store)
      await transcript.run("info", store, "--json")
      await transcript.run("tables", store)
      await transcript.run("tables", store, "--json")
      await transcript.run("regions", store)
      await transcript.run("regions", store, "plain", "--json")
      await transcript.run("regions", store, "elsewhere")
      await transcript.run("levels", store)
      await transcript.run("levels", store, "plain", "--files")
      await transcript.run("levels", store, "--json")
      try transcript.check("overview")
    }
  }

  @Test("split, merge and normalize say what they do, ask, and take no for an answer")
  func regions() async throws {
    try await withStore(ExampleStore.plain) { store, transcript in
      await transcript.run("split", store, "plain", "--at", "m", "--dry-run")
      await transcript.run("split", store, "plain", "--at", "m")
      await transcript.run("split", store, "plain", "--at", "m", answers: ["no"])
      await transcript.run("split", store, "plain", "--at", "m", answers: ["yes"])
      await transcript.run("split", store, "plain", "--region", "1", "--yes")
      await transcript.run("merge", store, "plain", "2", "3", "--dry-run", "--json")
      await transcript.run("merge", store, "plain", "2", "3", "--yes", "--json")
      await transcript.run("normalize", store, "plain", "--yes")
      try transcript.check("changes")
    }
  }

  @Test("verify, and reading what is left of a damaged store")
  func damage() async throws {
    try await withStore(ExampleStore.plain) { store, transcript in
      await transcript.run("verify", store, "--deep")
      let files = PosixFileSystem()
      let name = try #require(try files.list(store).first { $0.hasSuffix(".sst") })
      let file = try files.open(store + "/" + name, .readWrite)
      try unsafe [UInt8(255)].withUnsafeBytes { try unsafe file.write($0, at: 40) }
      file.close()
      await transcript.run("verify", store, "--deep")
      await transcript.run("verify", store, "--deep", "--json", "--limit", "0")
      await transcript.run("scan", store, "plain", "--limit", "2")
      await transcript.run("scan", store, "plain", "--limit", "2", "--damaged")
      await transcript.run("salvage", store, "--into", store + "/new")
      try transcript.check("damage")
    }
  }

  @Test("put, delete and compact")
  func cells() async throws {
    try await withStore(ExampleStore.plain) { store, transcript in
      await transcript.run(
        "put", store, "plain", "a", "f:q", "new", "--timestamp", "50", "--dry-run")
      await transcript.run("put", store, "plain", "a", "f:q", "new", "--timestamp", "50", "--yes")
      await transcript.run("get", store, "plain", "a", "--versions", "9")
      await transcript.run(
        "put", store, "plain", "6162", "g:00ff", "00", "--hex", "--timestamp", "60", "--yes",
        "--json")
      await transcript.run("get", store, "plain", "ab", "--json")
      await transcript.run("put", store, "plain", "a", "h:q", "x", "--yes")
      await transcript.run("put", store, "plain", "a", "q", "x", "--yes")
      await transcript.run("put", store, "none", "a", "f:q", "x", "--yes")
      await transcript.run("put", store, "plain", "", "f:q", "x", "--yes")
      await transcript.run("delete", store, "plain", "a", "--column", "f:q", "--dry-run")
      await transcript.run("delete", store, "plain", "a", "--column", "f:q", answers: ["y"])
      await transcript.run("delete", store, "plain", "a", "--column", "f:q", "--yes")
      await transcript.run("delete", store, "plain", "b", "--family", "g", "--yes", "--json")
      await transcript.run("delete", store, "plain", "ab", "--yes")
      await transcript.run("delete", store, "plain", "none", "--yes")
      await transcript.run("delete", store, "plain", "c", "--column", "f:q", "--family", "f")
      await transcript.run("scan", store, "plain", "--limit", "2", "--versions", "9")
      await transcript.run("compact", store, "plain", "--dry-run")
      await transcript.run("compact", store, "plain", "--prefix", "c", "--yes")
      await transcript.run("compact", store, "plain", "--yes", "--json")
      await transcript.run("compact", store, "none", "--yes")
      await transcript.run("count", store, "plain")
      try transcript.check("cells")
    }
  }

  @Test("Cells of records are changed by a transaction, and the person is told of indexes")
  func cellsOfRecords() async throws {
    try await withStore(ExampleStore.records) { store, transcript in
      await transcript.run("put", store, "couple", "x", "data:q", "v", "--dry-run")
      await transcript.run("put", store, "couple", "x", "data:q", "v", "--yes")
      await transcript.run("get", store, "couple", "x", "--family", "data", "--raw")
      await transcript.run("delete", store, "couple", "x", "--yes")
      await transcript.run("delete", store, "couple", "x", "--yes")
      try transcript.check("cells-of-records")
    }
  }

  private func size(_ path: String) throws -> UInt64 {
    let file = try PosixFileSystem().open(path, .read)
    defer { file.close() }
    return try file.size()
  }

  @Test("checkpoint, backup, backups and restore")
  func copies() async throws {
    try await withStore(ExampleStore.plain) { store, transcript in
      let (copy, backups) = (store + "-copy", store + "-backups")
      await transcript.run("checkpoint", store, copy, "--dry-run")
      await transcript.run("checkpoint", store, copy, "--yes")
      await transcript.run("checkpoint", store, copy, "--yes")
      await transcript.run("count", copy, "plain")
      await transcript.run("backups", backups)
      await transcript.run("backup", store, backups, "--label", "before", "--dry-run", "--json")
      await transcript.run("backup", store, backups, "--label", "before", "--yes", "--json")
      await transcript.run("put", store, "plain", "a", "f:q", "new", "--timestamp", "50", "--yes")
      await transcript.run("backup", store, backups, answers: ["yes"])
      await transcript.run("backups", backups)
      await transcript.run("backups", backups, "--limit", "1", "--json", "--deep")
      await transcript.run("restore", backups, "1", store + "-1", "--dry-run", "--json")
      await transcript.run("restore", backups, "1", store + "-1")
      await transcript.run("restore", backups, "1", store + "-1")
      await transcript.run("restore", backups, "7", store + "-2")
      await transcript.run("restore", backups, "7", store + "-2", "--dry-run")
      await transcript.run("get", store + "-1", "plain", "a")
      let files = PosixFileSystem()
      let tables = try files.list(backups).filter { $0.hasSuffix(".sst") }
      let name = try #require(
        try tables.min { try size(backups + "/" + $0) < size(backups + "/" + $1) })
      let file = try files.open(backups + "/" + name, .readWrite)
      try unsafe [UInt8(255)].withUnsafeBytes { try unsafe file.write($0, at: 40) }
      file.close()
      await transcript.run("backups", backups, "--deep")
      try transcript.check("copies")
    }
  }

  @Test("A reading verb leaves no trace in the directory")
  func noTrace() async throws {
    try await withStore(ExampleStore.plain) { store, transcript in
      let before = try PosixFileSystem().list(store).sorted()
      for verb in ["info", "tables", "regions", "levels", "metrics", "verify"] {
        await transcript.run(verb, store)
      }
      await transcript.run("scan", store, "plain")
      await transcript.run("count", store, "plain")
      #expect(try PosixFileSystem().list(store).sorted() == before)
    }
  }

  @Test("Every verb has a help that fits the terminal, and an error for what it does not know")
  func help() async throws {
    let transcript = Transcript("/nowhere")
    let help = await transcript.run("--help")
    await transcript.run("nonsense")
    await transcript.run("get", "--nonsense")
    try transcript.check("help")
    #expect(help.contains("LOOKING SUBCOMMANDS"))
  }
}

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

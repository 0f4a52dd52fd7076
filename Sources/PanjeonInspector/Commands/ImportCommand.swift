// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import Panjeon

/// The command `panjeon import STORE FILE`.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Brings back a couple that was exported.",
    discussion: """
      The file is read once before the store is opened, and is not trusted: nothing of it is seen before all is there and its invariants hold. \
      One that was cut off is to be begun again; one that fails leaves nothing. \
      The store must not be open elsewhere.
      """)

  @Argument(help: "The store's directory; it is created if it is missing.")
  var store: String

  @Argument(help: "The file that export has printed.")
  var file: String

  @Option(
    help: "The directory of the store's photos and voices; without it they are not looked for.")
  var blobs: String?

  @Option(help: "The directory that export --copy-blobs has copied them to.")
  var blobsFrom: String?

  func validate() throws {
    if blobsFrom != nil, blobs == nil { throw ValidationError("--blobs-from needs --blobs") }
  }

  func run() async throws {
    Output.outlivesItsReader = true
    defer { Output.outlivesItsReader = false }
    try await check()
    try await BetweenStore.withBlobs(at: blobsFrom, createsIfMissing: false) { source in
      try await BetweenStore.write(store, blobs: blobs, createsIfMissing: true) { between in
        try await run(between, source)
      }
    }
  }

  private func run(_ between: EmbeddedBetween, _ source: (any BlobStore)?) async throws {
    var importer = CoupleImport(between, blobsFrom: source)
    do {
      try await BetweenStore.forEachLine(of: file) {
        try await importer.add(try ExportLine(json: $0))
      }
      let result = try await importer.finish()
      Output.print("\(result.lines) records, \(result.blobsCopied) photos and voices copied")
      if result.hasUncheckedBlobs {
        Output.printError("panjeon: photos and voices are named that were not looked for")
      }
    } catch {
      try await importer.cancel()
      throw error
    }
  }

  /// Reads the file before anything is made of it.
  private func check() async throws {
    var isFirst = true
    var last: ExportLine?
    try await BetweenStore.forEachLine(of: file) { text in
      let line = try ExportLine(json: text)
      if isFirst {
        guard case .header(let header) = line else {
          throw BetweenError(.malformedExport, "it does not begin as an export does")
        }
        guard header.hasAccounts else {
          throw BetweenError(.malformedExport, "it was written without accounts, to be read")
        }
      }
      isFirst = false
      last = line
    }
    guard case .end = last else {
      throw BetweenError(.malformedExport, "\(file): it was cut off, or is empty")
    }
  }
}

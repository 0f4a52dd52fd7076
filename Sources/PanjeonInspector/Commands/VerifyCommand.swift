// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon verify STORE`.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Looks for damage in a store's files.",
    discussion: """
      Checks CURRENT, the MANIFEST, the regions and files that it names, every SSTable's footer, index, filter and \
      properties, and every record of the log; with --deep also every block. Of a store \
      with volumes each copy on those that count is looked at; `volumes` tells which are missing. Writes nothing, takes no lock, and may run beside \
      a process that has the store open.
      Exit status: 0 sound, 1 damage was found, 65 the store cannot be read at all. --limit counts findings.
      """)

  @Argument(help: "The store's directory, or that of one of its volumes.")
  var store: String

  @Flag(help: "Read every block: checksums, order of cells, Bloom filters, counts.")
  var deep = false

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let report = try await Inspector.opening { () throws(StoreError) in
      try await EmbeddedStore.verify(at: store, isDeep: deep)
    }
    try output.print(VerifyReport(report, limit: output.limit))
    if !report.isSound { throw Inspector.Status.findings }
  }
}

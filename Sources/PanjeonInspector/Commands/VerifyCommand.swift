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
      Exit status: 0 sound, 1 damage was found, 64 wrong usage, 65 the store cannot be read at all.
      """)

  @Argument(help: "The store's directory, or that of one of its volumes.")
  var store: String

  @Flag(help: "Read every block: checksums, order of cells, Bloom filters, counts.")
  var deep = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() async throws {
    Output.ignoreClosedPipe()
    let report: VerificationReport
    do {
      report = try await EmbeddedStore.verify(at: store, isDeep: deep)
    } catch {
      Output.printError("panjeon: \(error)")
      throw ExitCode(65)
    }
    let output = VerifyReport(report)
    if json { try Output.print(json: output) } else { Output.print(output.text) }
    if !report.isSound { throw ExitCode(1) }
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import PanjeonStorage

/// The command `panjeon import STORE FILE`.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Brings back a couple that was exported.",
    discussion:
      "Nothing of it is seen before all is there. One that was cut off is to be begun again.")

  @Argument(help: "The store's directory; it is created if it is missing.")
  var store: String

  @Argument(help: "The file that export has printed.")
  var file: String

  func run() async throws {
    try await BetweenStore.open(store, createsIfMissing: true) { between in
      var importer = CoupleImport(between)
      var number = 0
      var lines = LineReader(try PosixFileSystem().open(file, .read))
      defer { lines.close() }
      while let line = try lines.next() {
        number += 1
        do {
          try await importer.add(try ExportLine(json: line))
        } catch let error as BetweenError {
          throw BetweenError(error.code, "line \(number): \(error.message)")
        }
      }
      let count = try await importer.finish()
      Output.print("\(count) records")
    }
  }
}

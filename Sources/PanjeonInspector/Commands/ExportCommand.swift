// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import Panjeon

/// The command `panjeon export STORE COUPLE`.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Prints everything of a couple as JSON Lines.",
    discussion: """
      Password hashes are among it: what is printed is as secret as the store. The bytes of photos and voices are not; \
      --copy-blobs puts them into another directory, for import --blobs-from.
      Writes nothing, and may run beside a process that has the store open.
      """)

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "The couple's id, a UUID.")
  var couple: String

  @Flag(
    help:
      "Leave out both accounts, with addresses and password hashes; such a file cannot be imported."
  )
  var withoutAccounts = false

  @Option(help: "The directory of the store's photos and voices, which nobody else may have open.")
  var blobs: String?

  @Option(
    help: "A directory to copy the couple's photos and voices to; it is created if it is missing.")
  var copyBlobs: String?

  func validate() throws {
    _ = try coupleID(couple)
    if copyBlobs != nil, blobs == nil { throw ValidationError("--copy-blobs needs --blobs") }
  }

  func run() async throws {
    let couple = try coupleID(couple)
    var options = ExportOptions()
    options.includesAccounts = !withoutAccounts
    try await BetweenStore.read(store, blobs: blobs) { [options] between in
      try await BetweenStore.withBlobs(at: copyBlobs) { target in
        try await CoupleExport(between, of: couple, options: options).run(copyingBlobsTo: target) {
          Output.print($0.json)
        }
      }
    }
  }
}

/// Reads the id of a couple as it was typed.
func coupleID(_ text: String) throws(ValidationError) -> RandomID {
  guard let id = RandomID(text) else { throw ValidationError("'\(text)' is no UUID") }
  return id
}

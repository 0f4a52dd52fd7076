// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import Panjeon

/// The command `panjeon export-transcript STORE COUPLE`.
struct ExportTranscriptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export-transcript",
    abstract: "Prints a couple's conversation as another app would.",
    discussion: """
      Texts are printed byte for byte; photos, voices and stickers are only mentioned. import-transcript reads it back.
      Writes nothing, and may run beside a process that has the store open.
      """)

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "The couple's id, a UUID.")
  var couple: String

  @Option(
    help: "whatsapp-android, whatsapp-ios, kakaotalk or kakaotalk-pc; by default whatsapp-ios.",
    transform: TranscriptArguments.format)
  var format = TranscriptFormat.whatsAppIOS

  @Flag(help: "Print the second user's side of the conversation, not the first one's.")
  var second = false

  @Option(help: "How far the clock is ahead of UTC, as +09:00.")
  var utcOffset = UTCOffset(minutes: 0)

  func validate() throws { _ = try coupleID(couple) }

  func run() async throws {
    let couple = try coupleID(couple)
    try await BetweenStore.read(store) { between in
      let relationship = try await between.read { reader in
        try await between.couples.relationship(couple, in: &reader)
      }
      let user = second ? relationship.second : relationship.first
      try await TranscriptExport(between, of: user, in: couple).run(
        format, clock: utcOffset.clock
      ) { Output.print(String($0.unicodeScalars.dropLast())) }
    }
  }
}

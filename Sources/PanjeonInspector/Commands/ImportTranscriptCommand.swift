// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import Panjeon

/// The command `panjeon import-transcript STORE COUPLE FILE`.
struct ImportTranscriptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-transcript",
    abstract: "Brings a conversation of another app into a couple's.",
    discussion: """
      FILE is what WhatsApp or KakaoTalk export as a text. The conversation must not have later messages. One that was cut off \
      is to be begun again, and goes on where it was. The store must not be open elsewhere.
      """)

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "The couple's id, a UUID.")
  var couple: String

  @Argument(help: "The transcript.")
  var file: String

  @Option(help: "What the first user, who invited, is called in it.")
  var firstName: String

  @Option(help: "What the second user, who accepted, is called in it.")
  var secondName: String

  @Option(
    help:
      "whatsapp-android, whatsapp-ios, kakaotalk or kakaotalk-pc; by default what it looks like.",
    transform: TranscriptArguments.format)
  var format: TranscriptFormat?

  @Option(
    help: "day-first or month-first, where the transcript does not tell.",
    transform: TranscriptArguments.dateOrder)
  var dateOrder: DateOrder?

  @Option(help: "How far the clock was ahead of UTC, as +09:00.")
  var utcOffset = UTCOffset(minutes: 0)

  @Flag(help: "Leave out what stands for photos and the like, where it can be told.")
  var skipPlaceholders = false

  func validate() throws {
    _ = try coupleID(couple)
    if firstName == secondName { throw ValidationError("both have the same name") }
  }

  func run() async throws {
    let couple = try coupleID(couple)
    var recognizer = TranscriptRecognizer()
    try await BetweenStore.forEachLine(of: file) { recognizer.add($0) }
    let layout = try recognizer.layout(format: format, dateOrder: dateOrder)
    var options = TranscriptImportOptions()
    options.skipsPlaceholders = skipPlaceholders
    try await BetweenStore.write(store, createsIfMissing: false) { [options] between in
      let relationship = try await between.read { reader in
        try await between.couples.relationship(couple, in: &reader)
      }
      var importer = TranscriptImport(
        between, into: couple,
        names: [firstName: relationship.first, secondName: relationship.second],
        clock: utcOffset.clock, options: options)
      var reader = TranscriptReader(layout)
      try await BetweenStore.forEachLine(of: file) { line in
        if let message = try reader.add(line) { try await importer.add(message) }
      }
      if let last = reader.finish() { try await importer.add(last) }
      let result = try await importer.finish()
      Output.print(
        "\(result.sent) messages, \(result.known) were there, \(result.skipped) left out")
    }
  }
}

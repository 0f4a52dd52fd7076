// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonInspector
import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import WideColumn

/// What clients keep in cells, and what the demo's processes tell one another.
func decodeLockHeader(_ bytes: [UInt8]) {
  guard let header = LockHeader(decoding: Bytes(bytes)) else { return }
  precondition(
    LockHeader(decoding: header.encode()) == header, "a header changes when it is written again")
}

/// Intents; what is decoded must be the same when it is written again.
func decodeLockIntents(_ bytes: [UInt8]) {
  let checksum = unsafe bytes.withUnsafeBytes { unsafe Checksum.crc32c($0) }
  let checked = bytes + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * UInt32($0))) }
  guard let intents = LockIntents(decoding: Bytes(checked)) else { return }
  precondition(
    LockIntents(decoding: intents.encode()) == intents, "intents change when they are written again"
  )
}

/// A redo; what is decoded must be the same when it is written again.
func decodeRedo(_ bytes: [UInt8]) {
  guard let redo = Redo(decoding: Bytes(bytes)) else { return }
  precondition(Redo(decoding: redo.encode()) == redo, "a redo changes when it is written again")
}

/// A file of a history from any source, and the checker on it.
func checkHistory(_ bytes: [UInt8]) throws {
  let history = try History(jsonLines: bytes)
  var options = HistoryChecker.Options()
  options.searchedEdgesMax = 10_000
  _ = HistoryChecker(options).check(history)
}

/// Every kind of record; a message written again must say the same.
func decodeRecords(_ bytes: [UInt8]) {
  let (record, decoder) = (Bytes(bytes), RecordDecoder())
  _ = try? decoder.decode(Account.self, from: record)
  _ = try? decoder.decode(User.self, from: record)
  _ = try? decoder.decode(Relationship.self, from: record)
  _ = try? decoder.decode(Invitation.self, from: record)
  _ = try? decoder.decode(Conversation.self, from: record)
  _ = try? decoder.decode(Notification.self, from: record)
  _ = try? decoder.decode(BackupRequest.self, from: record)
  _ = try? decoder.decode(Album.self, from: record)
  _ = try? decoder.decode(Photo.self, from: record)
  _ = try? decoder.decode(Memo.self, from: record)
  _ = try? decoder.decode(Event.self, from: record)
  _ = try? decoder.decode(Comment.self, from: record)
  guard let message = try? decoder.decode(Message.self, from: record) else { return }
  let again = (try? RecordEncoder().encode(message))
    .flatMap { try? decoder.decode(Message.self, from: $0) }
  precondition(again == message, "a message changes when it is written again")
}

/// A line of an export; what is read must be the same when it is written again.
func decodeExportLine(_ bytes: [UInt8]) throws {
  let line = try ExportLine(json: String(decoding: bytes, as: UTF8.self))
  let again = try ExportLine(json: line.json)
  precondition(again == line, "a line changes when it is written again")
}

/// A transcript, in the format that the first byte says; its messages must be the same when they are written and read again.
func readTranscript(_ bytes: [UInt8]) throws {
  let formats = TranscriptFormat.allCases
  let format = formats[Int(bytes.first ?? 0) % formats.count]
  let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
  var recognizer = TranscriptRecognizer()
  for line in text.split(separator: "\n") { recognizer.add(line) }
  _ = try? recognizer.layout()
  var writer = TranscriptWriter(format)
  var written = ""
  var messages: [TranscriptMessage] = []
  for var message in try readTranscript(text, TranscriptLayout(format, dateOrder: .dayFirst)) {
    // Only one format has seconds.
    if format != .whatsAppIOS { message.moment.secondOfDay -= message.moment.second }
    guard let lines = try? writer.text(of: message) else { continue }
    messages.append(message)
    written += lines
  }
  written.unicodeScalars.removeLast(written.isEmpty ? 0 : 1)
  let again = try readTranscript(written, writer.layout)
  precondition(again == messages, "a transcript changes when it is written again")
}

private func readTranscript(
  _ text: String, _ layout: TranscriptLayout
) throws -> [TranscriptMessage] {
  var reader = TranscriptReader(layout)
  var messages: [TranscriptMessage] = []
  for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
    if let message = try reader.add(String(line)) { messages.append(message) }
  }
  if let last = reader.finish() { messages.append(last) }
  return messages
}

func decodeDemoWire(_ bytes: [UInt8]) {
  var rest = bytes
  let frames = DemoWire.take(from: &rest)
  precondition(frames.count <= bytes.count && rest.count <= bytes.count)
}

/// A call of a store's server, or an answer of it; what is decoded must be the same when it is written again.
func decodeRemoteCall(_ bytes: [UInt8]) throws {
  let payload = Array(bytes.dropFirst())
  if (bytes.first ?? 0) & 1 == 0 {
    let call = try RemoteCall(decoding: payload)
    let again = try RemoteCall(decoding: call.encoded)
    precondition(again == call, "a call changes when it is written again")
  } else {
    let answer = try RemoteAnswer(decoding: payload).encoded
    let again = try RemoteAnswer(decoding: answer).encoded
    precondition(again == answer, "an answer changes when it is written again")
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
internal import PanjeonStorage
internal import WideColumn

/// Why a file of messages cannot be sent.
package struct MessagesFileError: Error, Equatable, CustomStringConvertible {
  package var line: Int
  package var reason: String

  package var description: String {
    line == 0 ? reason : "line \(line): \(reason)"
  }
}

/// Reads a file of JSON Lines: one message a line.
package enum MessagesFile {
  private struct Line: Decodable {
    var couple: String
    var from: String
    var text: String
    var sentAt: String?
  }

  /// The most that a file may hold, in bytes: 1 GiB.
  static let bytesMax = 1 << 30

  /// Reads and checks all of a file before anything is sent; couples in the order in which they first appear.
  static func read(_ path: String) throws -> [DemoConversation] {
    let bytes: [UInt8]
    do {
      let file = try PosixFileSystem().open(path, .read)
      defer { file.close() }
      let size = try file.size()
      guard size <= UInt64(bytesMax) else {
        throw MessagesFileError(line: 0, reason: "'\(path)' is larger than \(bytesMax) bytes")
      }
      bytes = try file.readUpTo(Int(size), at: 0)
    } catch let error as StoreError {
      throw MessagesFileError(line: 0, reason: error.description)
    }
    return try parse(bytes)
  }

  package static func parse(_ bytes: [UInt8]) throws -> [DemoConversation] {
    let decoder = JSONDecoder()
    var conversations: [DemoConversation] = []
    var places: [String: Int] = [:]
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      let message = try decode(line, decoder, number)
      let place: Int
      if let known = places[message.couple] {
        place = known
      } else {
        place = conversations.count
        places[message.couple] = place
        conversations.append(DemoConversation(couple: message.couple, lines: []))
      }
      conversations[place].lines.append(try check(message, number))
    }
    guard !conversations.isEmpty else {
      throw MessagesFileError(line: 0, reason: "the file holds no message")
    }
    return conversations
  }

  private static func decode(
    _ line: ArraySlice<UInt8>, _ decoder: JSONDecoder, _ number: Int
  ) throws -> Line {
    guard String(validating: line, as: UTF8.self) != nil else {
      throw MessagesFileError(line: number, reason: "it is not valid UTF-8")
    }
    do {
      return try decoder.decode(Line.self, from: Data(line))
    } catch let error as DecodingError {
      throw MessagesFileError(line: number, reason: describe(error))
    }
  }

  private static func check(_ line: Line, _ number: Int) throws -> DemoConversation.Line {
    guard line.from == "a" || line.from == "b" else {
      throw MessagesFileError(
        line: number, reason: "\"from\" is \"\(line.from)\"; it must be \"a\" or \"b\"")
    }
    guard line.text.utf8.count <= 1 << 20 else {
      throw MessagesFileError(line: number, reason: "\"text\" is longer than 1 MiB")
    }
    var sentAt: Int64?
    if let text = line.sentAt {
      guard let moment = Self.microseconds(text) else {
        throw MessagesFileError(
          line: number, reason: "\"sentAt\" is \"\(text)\", which is no RFC 3339 date and time")
      }
      sentAt = moment
    }
    return DemoConversation.Line(
      isFromA: line.from == "a", text: Bytes(utf8: line.text), sentAtMicroseconds: sentAt)
  }

  /// An RFC 3339 date and time in microseconds since the Unix epoch.
  static func microseconds(_ text: String) -> Int64? {
    for style in [
      Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true),
    ] {
      if let date = try? style.parse(text) {
        return Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
      }
    }
    return nil
  }

  private static func describe(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" is not a string"
    case .dataCorrupted: "it is not a JSON object"
    @unknown default: "it is not a message"
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// One side of a couple's conversation as another app would write it.
///
/// Texts are written byte for byte. Photos, voices and stickers are not in a transcript: of each stands a text between angle brackets behind the mark U+200E, as WhatsApp has them, with the caption or the name.
public struct TranscriptExport<Store: AtomicBatchStore>: Sendable {
  private let service: BetweenService<Store>
  private let couple: RandomID
  private let user: RandomID

  /// A transcript of the messages that a user has of a couple, whether or not it has broken up.
  public init(_ service: BetweenService<Store>, of user: RandomID, in couple: RandomID) {
    self.service = service
    self.couple = couple
    self.user = user
  }

  /// Reads the conversation at a snapshot, and hands it on in constant memory.
  ///
  /// - Parameters:
  ///   - format: How it is to be written.
  ///   - clock: The clock that its moments are shown by.
  ///   - names: What the users are called; nil: by their names.
  ///   - body: Takes the lines of each message, ended by a line feed.
  /// - Returns: How many messages there were.
  /// - Throws: `notPaired`; `invalidName` for a name that could not be told from what is around it, or that both have; `invalidDate` for a moment that no clock shows; what `body` throws; errors of the store.
  @discardableResult
  public func run(
    _ format: TranscriptFormat, clock: LocalClock, names: [RandomID: String]? = nil,
    _ body: (String) async throws -> Void
  ) async throws -> Int {
    var snapshot = try service.datastore.snapshot()
    let names = try await self.names(names, in: &snapshot)
    var writer = TranscriptWriter(format)
    var cursor: PageCursor?
    var count = 0
    repeat {
      let page = try await snapshot.children(
        .message, of: Messaging<Store>.key(of: user, in: couple),
        limit: Messaging<Store>.messagesPerRead, after: cursor)
      for entry in page.entries {
        let message = entry.record
        guard let moment = clock.moment(message.sentAt) else {
          throw BetweenError(.invalidDate, "no clock shows \(message.sentAt) µs")
        }
        guard let name = names[message.sender] else {
          throw BetweenError(.inconsistent, "\(entry.key) is by neither of the two")
        }
        let line = TranscriptMessage(moment: moment, name: name, text: message.content.transcript)
        try await body(try writer.text(of: line))
        count += 1
      }
      cursor = page.next
    } while cursor != nil
    return count
  }

  private func names(
    _ given: [RandomID: String]?, in reader: inout DatastoreSnapshot<Store>
  ) async throws -> [RandomID: String] {
    let relationship = try await service.couples.relationship(couple, in: &reader)
    guard relationship.partner(of: user) != nil else {
      throw BetweenError(.notPaired, "\(user) is not in the couple \(couple)")
    }
    var names: [RandomID: String] = [:]
    for id in [relationship.first, relationship.second] {
      if let name = given?[id] {
        names[id] = name
      } else {
        names[id] = try await service.accounts.user(id, in: &reader).name
      }
    }
    guard names[relationship.first] != names[relationship.second] else {
      throw BetweenError(.invalidName, "both have the same name")
    }
    return names
  }
}

extension MessageContent {
  /// What stands for it in a transcript.
  var transcript: String {
    switch self {
    case .text(let text): text
    case .sticker(let name): "\u{200E}<sticker> \(name)"
    case .photo(_, let caption): caption.isEmpty ? "\u{200E}<photo>" : "\u{200E}<photo> \(caption)"
    case .voice: "\u{200E}<voice>"
    case .unknown: "\u{200E}<message>"
    }
  }
}

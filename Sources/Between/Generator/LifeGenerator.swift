// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What couples do, one operation after another, as a seed has it: of a hundred operations 97 read, as Between's did, and most of the others are messages.
///
/// ```swift
/// var lives = LifeGenerator(seed: 7, LifeOptions(couples: 1000))
/// while let operation = lives.next() { try await runner.run(operation) }
/// ```
///
/// The same seed and options give the same operations on every platform, without end. Nothing is remembered of what was done, so that operations may be run by many at once, and
/// in any order.
public struct LifeGenerator: IteratorProtocol, Sequence, Sendable {
  /// How often what is done, and by whom.
  public let options: LifeOptions
  private var random: SplitMix64
  private let chooser: CoupleChooser

  /// Creates a generator.
  public init(seed: UInt64, _ options: LifeOptions) {
    precondition(
      (1...LifeOptions.couplesMax).contains(options.couples), "1 to 10,000,000 couples")
    self.options = options
    var mixed = SplitMix64(seed: seed)
    random = mixed.fork()
    chooser = CoupleChooser(options)
  }

  /// Creates a generator with the options of another one, and shares with it what it has computed from them: for many clients of very many couples.
  public init(seed: UInt64, like other: LifeGenerator) {
    options = other.options
    var mixed = SplitMix64(seed: seed)
    random = mixed.fork()
    chooser = other.chooser
  }

  /// Returns the next operation; never nil.
  public mutating func next() -> LifeOperation? {
    let person = LifePerson(
      couple: chooser.next(using: &random), isFirst: Bool.random(using: &random))
    let isRead = Int.random(in: 0..<1000, using: &random) < options.readsPerThousand
    return LifeOperation(person, isRead ? read() : write())
  }

  private mutating func read() -> LifeAction {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<45: .openChat
    case 45..<65: .countUnread
    case 65..<80: .scrollBack(pages: Int.random(in: 2...5, using: &random))
    case 80..<86: .lookAtPhotos
    case 86..<88: .lookAtAlbum(number: Int.random(in: 0..<20, using: &random))
    case 88..<94:
      .lookAtMonth(
        year: Int.random(in: 2010...2015, using: &random),
        month: Int.random(in: 1...12, using: &random))
    case 94..<97: .readNotifications
    default: .readComments
    }
  }

  /// Of a thousand 794 are messages, and 90 marks.
  private mutating func write() -> LifeAction {
    // Not drawn where there are none, so that the others stay the same.
    if options.breakUpsPerThousandWrites > 0,
      Int.random(in: 0..<1000, using: &random) < options.breakUpsPerThousandWrites
    {
      return breakUp()
    }
    return switch Int.random(in: 0..<1000, using: &random) {
    case 0..<664: .send(text: text())
    case 664..<744: .sendSticker(name: LifeTexts.sticker(using: &random))
    case 744..<774: photoMessage()
    case 774..<794: voiceMessage()
    case 794..<884: .markRead
    case 884..<896: .deleteMessage(beforeLast: Int.random(in: 0..<10, using: &random))
    case 896..<901: .seeNotifications
    case 901..<921: .writeMemo(text: text())
    case 921..<929: .editMemo(text: text())
    case 929..<954: .comment(text: text())
    case 954..<974: event()
    case 974..<995: photo()
    case 995..<996: .rename(name: LifeTexts.name(using: &random))
    default: backup()
    }
  }

  private mutating func text() -> String { LifeTexts.text(using: &random) }

  private mutating func photoMessage() -> LifeAction {
    let caption = text()
    return options.hasPhotos
      ? .sendPhoto(number: random.next(), caption: caption) : .send(text: caption)
  }

  private mutating func voiceMessage() -> LifeAction {
    guard options.hasPhotos else { return .send(text: text()) }
    return .sendVoice(
      number: random.next(), milliseconds: UInt32.random(in: 300...60_000, using: &random))
  }

  private mutating func event() -> LifeAction {
    let first = CivilDate(year: 2010, month: 1, day: 1)
    let days = Int.random(in: 0..<(6 * 365), using: &random)
    guard let date = first?.adding(days: days) else { preconditionFailure("it is a day") }
    return .addEvent(
      title: text(), date: date, isYearly: Int.random(in: 0..<4, using: &random) == 0)
  }

  private mutating func photo() -> LifeAction {
    guard options.hasPhotos else { return .comment(text: text()) }
    return switch Int.random(in: 0..<21, using: &random) {
    case 0..<14: .addPhoto(number: random.next())
    case 14..<16: .createAlbum(title: text())
    case 16..<19: .movePhoto(album: Int.random(in: 0..<20, using: &random))
    default: .deletePhoto
    }
  }

  private mutating func backup() -> LifeAction {
    guard options.hasPhotos else { return .writeMemo(text: text()) }
    return Bool.random(using: &random) ? .requestBackup : .makeBackups
  }

  /// Those who make up or find each other anew are more, so that most are couples most of the time.
  private mutating func breakUp() -> LifeAction {
    switch Int.random(in: 0..<8, using: &random) {
    case 0..<2: .breakUp
    case 2..<4: .makeUp
    case 4..<7: .pairAnew
    default: .purge
    }
  }
}

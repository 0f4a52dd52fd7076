// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What couples do, one operation after another, as a seed has it: of a hundred operations 97 read, as Between's did.
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

  /// Returns the next operation; never nil.
  public mutating func next() -> LifeOperation? {
    let person = LifePerson(
      couple: chooser.next(using: &random), isFirst: Bool.random(using: &random))
    let isRead = Int.random(in: 0..<1000, using: &random) < options.readsPerThousand
    return isRead ? read(person) : write(person)
  }

  private mutating func read(_ person: LifePerson) -> LifeOperation {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<45: .openChat(person)
    case 45..<65: .countUnread(person)
    case 65..<80: .scrollBack(person, pages: Int.random(in: 2...5, using: &random))
    case 80..<88: .lookAtPhotos(person)
    case 88..<95:
      .lookAtMonth(
        person, year: Int.random(in: 2010...2015, using: &random),
        month: Int.random(in: 1...12, using: &random))
    default: .readComments(person)
    }
  }

  private mutating func write(_ person: LifePerson) -> LifeOperation {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<70: return .send(person, text: LifeTexts.text(using: &random))
    case 70..<78: return .sendSticker(person, name: LifeTexts.sticker(using: &random))
    case 78..<88: return .markRead(person)
    case 88..<91: return .writeMemo(person, text: LifeTexts.text(using: &random))
    case 91..<94:
      let first = CivilDate(year: 2010, month: 1, day: 1)
      let days = Int.random(in: 0..<(6 * 365), using: &random)
      guard let date = first?.adding(days: days) else { preconditionFailure("it is a day") }
      return .addEvent(
        person, title: LifeTexts.text(using: &random), date: date,
        isYearly: Int.random(in: 0..<4, using: &random) == 0)
    case 94..<98 where options.hasPhotos: return .addPhoto(person, number: random.next())
    default: return .comment(person, text: LifeTexts.text(using: &random))
    }
  }
}

/// How often couples do what.
public struct LifeOptions: Hashable, Sendable {
  /// Which couples do more than others.
  public enum Distribution: String, Hashable, Sendable {
    /// None.
    case uniform
    /// The first more than the second, and so on: of rank n a share that is proportional to 1/n (Zipf's law).
    case zipfian
  }

  /// How many couples there may be: ten million, for whose shares 80 MB of memory are needed.
  public static let couplesMax = 10_000_000

  /// How many couples there are.
  public var couples: Int
  /// Which of them do more; Zipf's law by default.
  public var distribution = Distribution.zipfian
  /// How many operations of a thousand read; by default 970.
  public var readsPerThousand = 970
  /// Whether photos are added, for which the service needs a blob store; by default not.
  public var hasPhotos = false

  /// Options for so many couples.
  public init(couples: Int) { self.couples = couples }
}

/// Draws couples.
struct CoupleChooser: Sendable {
  private let couples: Int
  /// For each couple, the share of it and all before it; empty when all have the same.
  private var shares: [Double] = []

  init(_ options: LifeOptions) {
    couples = options.couples
    guard options.distribution == .zipfian else { return }
    shares.reserveCapacity(couples)
    var sum = 0.0
    for rank in 1...couples {
      sum += 1 / Double(rank)
      shares.append(sum)
    }
  }

  func next(using random: inout SplitMix64) -> Int {
    guard let sum = shares.last else { return Int.random(in: 0..<couples, using: &random) }
    // 53 bits, as many as a double keeps.
    let drawn = Double(random.next() >> 11) / Double(1 << 53) * sum
    var (low, high) = (0, couples - 1)
    while low < high {
      let middle = (low + high) / 2
      if shares[middle] <= drawn { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a row holds: the life and the number of the batch that wrote it last.
struct PlacementTag: Hashable, Sendable {
  var life: Int
  var number: Int

  /// That of what nobody has written.
  static let unknown = PlacementTag(life: -1, number: -1)
}

/// What one writer has written, batch by batch, and what it was told.
struct PlacementTrace: Sendable {
  /// A batch that was acknowledged.
  struct Acknowledgement: Sendable {
    var number: Int
    var durability: Durability
    var since: Int
    var holders: Set<PlacementHolders>
  }

  typealias Rows = [Int: PlacementTag]

  /// The number of the batch whose state is the first of `states`.
  private(set) var base = 0
  /// The states of the writer's rows after each batch from `base` on.
  private var states: [Rows] = [[:]]
  /// For each batch since, what all writers had been told when it was begun.
  private var toldBefore: [[Int]] = [[]]
  private(set) var acknowledgements: [Acknowledgement] = []
  /// Everything that the rows have ever held, also what was lost.
  private var past: Set<Rows> = [[:]]

  /// The number of the last batch that was begun.
  var begun: Int { base + states.count - 1 }

  var acknowledged: Int { acknowledgements.last?.number ?? base }

  mutating func begin(_ batch: PlacementBatch, told: [Int]) {
    var rows = states[states.count - 1]
    batch.apply(to: &rows)
    states.append(rows)
    toldBefore.append(told)
    past.insert(rows)
  }

  mutating func acknowledge(_ acknowledgement: Acknowledgement) {
    acknowledgements.append(acknowledgement)
  }

  /// What a row may hold at a moment between two numbers of batches.
  func tags(of row: Int, from first: Int, through last: Int) -> Set<PlacementTag?> {
    Set((max(first, base)...max(last, base)).map { states[$0 - base][row] })
  }

  /// The number of the batch after which the rows were so; nil if they never were, in this life or since it began.
  func number(of rows: Rows) -> Int? {
    let number = rows[0]?.number ?? 0
    guard number >= base, number <= begun, states[number - base] == rows else { return nil }
    return number
  }

  func has(ever rows: Rows) -> Bool { past.contains(rows) }

  /// What the writers had been told when a batch was begun.
  func told(before number: Int) -> [Int] { number > base ? toldBefore[number - base] : [] }

  /// Goes on from what was found; what came behind it never was.
  mutating func restart(from rows: Rows) {
    base = rows[0]?.number ?? 0
    states = [rows]
    toldBefore = [[]]
    acknowledgements = []
  }
}

/// A batch of a writer: some of its rows, in two tables.
struct PlacementBatch: Sendable {
  static let tables = ["t", "u"]
  static let rowsPerWriter = 8

  let writer: Int
  let tag: PlacementTag
  /// The rows that are written; the first always is.
  let puts: [Int]
  let removals: [Int]

  init(writer: Int, tag: PlacementTag, using random: inout SplitMix64) {
    self.writer = writer
    self.tag = tag
    var puts = [0]
    var removals: [Int] = []
    for row in 1..<Self.rowsPerWriter where random.chance(0.3) {
      if random.chance(0.15) { removals.append(row) } else { puts.append(row) }
    }
    self.puts = puts
    self.removals = removals
  }

  func apply(to rows: inout PlacementTrace.Rows) {
    for row in puts { rows[row] = tag }
    for row in removals { rows[row] = nil }
  }

  static func table(of row: Int) -> String { tables[row % 2] }

  static func key(writer: Int, row: Int) -> Bytes { Bytes(utf8: "w\(writer)/\(row)") }

  /// The value: the tag, and letters that follow from it.
  static func value(_ tag: PlacementTag, writer: Int, row: Int) -> Bytes {
    let length = (tag.number &* 31 &+ row &* 7) % 19 == 0 ? 3000 : (tag.number &* 13 &+ row) % 200
    let letter = UInt8(ascii: "a") + UInt8((tag.number + tag.life + writer + row) % 26)
    return Bytes(
      Array("\(tag.life).\(tag.number).".utf8) + Array(repeating: letter, count: length))
  }

  /// The tag of a value; nil if nobody has written it.
  static func tag(of value: Bytes, writer: Int, row: Int) -> PlacementTag? {
    let numbers = value.split(separator: UInt8(ascii: "."), maxSplits: 2).prefix(2)
      .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    guard numbers.count == 2 else { return nil }
    let tag = PlacementTag(life: numbers[0], number: numbers[1])
    return Self.value(tag, writer: writer, row: row) == value ? tag : nil
  }

  var batch: AtomicBatch {
    var batch = AtomicBatch()
    for row in puts {
      let value = Self.value(tag, writer: writer, row: row)
      add(row, .put(PlacementStore.column, timestamp: nil, value: value), to: &batch)
    }
    for row in removals { add(row, .deleteRow(upTo: nil), to: &batch) }
    return batch
  }

  private func add(_ row: Int, _ mutation: Mutation, to batch: inout AtomicBatch) {
    batch.operations.append(
      BatchOperation(
        table: Self.table(of: row),
        operation: CheckAndMutate(
          [], RowMutations(Self.key(writer: writer, row: row), [mutation]))))
  }
}

// SPDX-License-Identifier: Apache-2.0

import Panjeon
import WideColumn

/// A program whose types are made up at random: it knows some of the fields of a world that it shares with others.
///
/// Fields have numbers that are theirs alone, so that one type of coding keys can say which of them are known.
struct RecordProgram: Sendable {
  enum Kind: Sendable { case scalar, record, list, table }

  /// What the fields of all records of the world are.
  struct World: Sendable {
    var kinds: [Int: Kind] = [:]
    /// The fields of a record, by the field that holds it; the outermost is 0.
    var fields: [Int: [Int]] = [:]
    /// The field by which elements of a list differ: every program that knows the list knows it.
    var identities: [Int: Int] = [:]

    init(_ random: inout SplitMix64) {
      var last = 0
      add(to: 0, depth: 0, &last, &random)
    }

    private mutating func add(
      to record: Int, depth: Int, _ last: inout Int, _ random: inout SplitMix64
    ) {
      for _ in 0..<Int.random(in: 2...5, using: &random) {
        last += Int.random(in: 1...9, using: &random)
        let field = last
        fields[record, default: []].append(field)
        let nested: [Kind] = depth < 3 ? [.record, .list, .table] : []
        kinds[field] = ([.scalar, .scalar, .scalar] + nested).randomElement(using: &random)!
        guard kinds[field] != .scalar else { continue }
        if kinds[field] == .list {
          last += 1
          identities[field] = last
          kinds[last] = .scalar
        }
        add(to: field, depth: depth + 1, &last, &random)
      }
    }
  }

  @TaskLocal static var current: RecordProgram?

  let world: World
  let known: Set<Int>

  init(_ world: World, knowingAll: Bool = false, _ random: inout SplitMix64) {
    self.world = world
    let fields = world.kinds.keys.sorted()
    known = Set(fields.filter { _ in knowingAll || Int.random(in: 0..<3, using: &random) > 0 })
      .union(world.identities.values)
  }

  /// The fields of a record that the program knows.
  func fields(of record: Int) -> [Int] {
    (world.fields[record] ?? []).filter(known.contains)
      + (world.identities[record].map { [$0] } ?? [])
  }
}

/// A record of any program.
struct AnyRecord: Codable, Equatable, Sendable {
  enum Value: Equatable, Sendable {
    case scalar(Int)
    case record(AnyRecord)
    case list([AnyRecord])
    case table([String: AnyRecord])
  }

  struct Key: CodingKey {
    let number: Int
    init(_ number: Int) { self.number = number }
    var intValue: Int? { number }
    var stringValue: String { "field \(number)" }
    init?(stringValue: String) { nil }
    init?(intValue: Int) {
      guard RecordProgram.current?.known.contains(intValue) == true else { return nil }
      number = intValue
    }
  }

  var fields: [Int: Value] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let program = RecordProgram.current!
    let record = decoder.codingPath.last { $0 is Key }?.intValue ?? 0
    let container = try decoder.container(keyedBy: Key.self)
    for field in program.fields(of: record) where container.contains(Key(field)) {
      let key = Key(field)
      fields[field] =
        switch program.world.kinds[field]! {
        case .scalar: .scalar(try container.decode(Int.self, forKey: key))
        case .record: .record(try container.decode(AnyRecord.self, forKey: key))
        case .list: .list(try container.decode([AnyRecord].self, forKey: key))
        case .table: .table(try container.decode([String: AnyRecord].self, forKey: key))
        }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    // In the dictionary's order, which is any.
    for (field, value) in fields {
      let key = Key(field)
      switch value {
      case .scalar(let number): try container.encode(number, forKey: key)
      case .record(let record): try container.encode(record, forKey: key)
      case .list(let records): try container.encode(records, forKey: key)
      case .table(let records): try container.encode(records, forKey: key)
      }
    }
  }
}

/// Changes that a program makes to what it knows of a record, made to all of the record: so it should be in the end.
extension AnyRecord {
  static func random(
    _ record: Int, _ program: RecordProgram, identity: Int = 0, _ random: inout SplitMix64
  ) -> AnyRecord {
    var made = AnyRecord()
    for field in program.fields(of: record) where Bool.random(using: &random) {
      made.fields[field] = value(field, program, &random)
    }
    if let field = program.world.identities[record] { made.fields[field] = .scalar(identity) }
    return made
  }

  private static func value(
    _ field: Int, _ program: RecordProgram, _ random: inout SplitMix64
  ) -> Value {
    switch program.world.kinds[field]! {
    case .scalar: return .scalar(Int.random(in: 0...30, using: &random))
    case .record: return .record(Self.random(field, program, &random))
    case .list:
      let count = Int.random(in: 0...4, using: &random)
      let first = Int.random(in: 0...999, using: &random) * 100
      return .list((0..<count).map { Self.random(field, program, identity: first + $0, &random) })
    case .table:
      let keys = Set((0..<3).map { _ in "\(Int.random(in: 0...20, using: &random))" })
      return .table(
        Dictionary(
          uniqueKeysWithValues: keys.sorted().map { ($0, Self.random(field, program, &random)) }))
    }
  }

  /// Changes the record, of which `program` sees a part.
  mutating func change(_ record: Int, _ program: RecordProgram, _ random: inout SplitMix64) {
    for field in program.fields(of: record)
    where program.world.identities[record] != field && Bool.random(using: &random) {
      switch (fields[field], Int.random(in: 0..<4, using: &random)) {
      case (nil, _): fields[field] = Self.value(field, program, &random)
      case (_, 0): fields[field] = nil
      case (.scalar, _): fields[field] = Self.value(field, program, &random)
      case (.record(var inner), _):
        inner.change(field, program, &random)
        fields[field] = .record(inner)
      case (.list(let list), let way):
        fields[field] = .list(Self.changed(list, field, program, way, &random))
      case (.table(var table), _):
        for key in table.keys.sorted() {
          switch Int.random(in: 0..<3, using: &random) {
          case 0: table[key] = nil
          case 1: table[key]?.change(field, program, &random)
          default: break
          }
        }
        let key = "new \(Int.random(in: 0...20, using: &random))"
        if table[key] == nil { table[key] = Self.random(field, program, &random) }
        fields[field] = .table(table)
      }
    }
  }

  /// Lists are changed in ways in which every element can be told from the others.
  private static func changed(
    _ list: [AnyRecord], _ field: Int, _ program: RecordProgram, _ way: Int,
    _ random: inout SplitMix64
  ) -> [AnyRecord] {
    switch way {
    case 1:
      return list.map { element in
        var element = element
        if Bool.random(using: &random) { element.change(field, program, &random) }
        return element
      }
    case 2:
      return list.filter { _ in Bool.random(using: &random) }.shuffled(using: &random)
    default:
      var list = list
      let identity = Int.random(in: 1_000_000...2_000_000, using: &random)
      list.insert(
        Self.random(field, program, identity: identity, &random),
        at: Int.random(in: 0...list.count, using: &random))
      return list
    }
  }

  /// What a program that knows less sees of the record.
  func seen(by program: RecordProgram) -> AnyRecord {
    var seen = AnyRecord()
    for (field, value) in fields where program.known.contains(field) {
      seen.fields[field] =
        switch value {
        case .scalar: value
        case .record(let record): .record(record.seen(by: program))
        case .list(let list): .list(list.map { $0.seen(by: program) })
        case .table(let table): .table(table.mapValues { $0.seen(by: program) })
        }
    }
    return seen
  }
}

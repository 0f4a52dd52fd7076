// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import WideColumn

/// Draws values of everything that goes over the wire, edges among them.
struct WireValueGenerator {
  var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  mutating func some<T>(_ make: (inout WireValueGenerator) -> T) -> T? {
    random.chance(0.5) ? make(&self) : nil
  }

  mutating func list<T>(_ bound: Int = 4, _ make: (inout WireValueGenerator) -> T) -> [T] {
    (0..<random.below(bound)).map { _ in make(&self) }
  }

  mutating func number() -> Int64 {
    switch random.below(6) {
    case 0: .max
    case 1: .min
    case 2: Int64(random.below(5)) - 2
    default: Int64(bitPattern: random.next()) >> Int64(random.below(64))
    }
  }

  mutating func integer() -> Int { Int(number()) }

  mutating func bytes() -> Bytes {
    let count = random.chance(0.05) ? 300 : random.below(5)
    return Bytes((0..<count).map { _ in UInt8(random.below(256)) })
  }

  mutating func text() -> String {
    String((0..<random.below(5)).map { _ in ["a", "é", "판", "\0", "🏔", ":"][random.below(6)] })
  }

  mutating func column() -> Column { Column(family: text(), qualifier: bytes()) }

  mutating func timestamp() -> Timestamp { Timestamp(microseconds: number()) }

  mutating func duration() -> Duration {
    random.chance(0.2)
      ? Duration(secondsComponent: number() / 2, attosecondsComponent: 0)
      : .nanoseconds(number())
  }

  mutating func range() -> KeyRange { KeyRange(from: bytes(), to: some { $0.bytes() }) }

  mutating func durability() -> Durability { Durability.allCases[random.below(3)] }

  mutating func comparison() -> Comparison {
    let operation = Comparison.Operator.allCases[random.below(6)]
    switch random.below(5) {
    case 0: return .bytes(operation, bytes())
    case 1: return .integer(operation, number())
    case 2: return .prefix(bytes())
    case 3: return .contains(bytes())
    default: return .bits(Comparison.BitOperation.allCases[random.below(3)], bytes())
    }
  }

  mutating func filter(depth: Int = 4) -> Filter {
    switch random.below(depth > 0 ? 12 : 9) {
    case 0: .family(comparison())
    case 1: .qualifier(comparison())
    case 2: .qualifiers(range())
    case 3: .value(comparison())
    case 4: .time(from: some { $0.timestamp() }, to: some { $0.timestamp() })
    case 5: .timestamps(Set(list { $0.timestamp() }))
    case 6: .row(comparison())
    case 7: .rows(list { $0.range() })
    case 8: .column(column(), comparison(), ifAbsent: random.chance(0.5))
    case 9: .all(list { $0.filter(depth: depth - 1) })
    case 10: .any(list { $0.filter(depth: depth - 1) })
    default: .not(filter(depth: depth - 1))
    }
  }

  mutating func selection() -> ColumnSelection {
    var columns = ColumnSelection()
    for _ in 0..<random.below(5) {
      switch random.below(3) {
      case 0: columns.add(family: text())
      case 1: columns.add(family: text(), qualifiers: range())
      default:
        let family = text()
        let qualifiers = list { $0.bytes() }
        for qualifier in qualifiers { columns.add(family: family, qualifier: qualifier) }
      }
    }
    return columns
  }

  mutating func get() -> Get {
    Get(
      bytes(), columns: selection(), versionsMax: integer(), cellsMax: some { $0.integer() },
      filter: some { $0.filter() }, startingAt: some { $0.column() })
  }

  mutating func scan() -> Scan {
    Scan(
      range(), columns: selection(), versionsMax: integer(), rowsMax: some { $0.integer() },
      cellsPerRowMax: some { $0.integer() }, cellsMax: some { $0.integer() },
      cellsPerBatchMax: some { $0.integer() }, filter: some { $0.filter() },
      isReversed: random.chance(0.5))
  }

  mutating func condition() -> Condition {
    switch random.below(4) {
    case 0: .absent(column())
    case 1: .equals(column(), bytes())
    case 2: .present(column())
    default: .value(column(), comparison())
    }
  }

  mutating func mutation() -> Mutation {
    let time = some { $0.timestamp() }
    switch random.below(10) {
    case 0:
      return .put(
        column(), timestamp: time, value: bytes(), timeToLive: some { $0.duration() })
    case 1: return .increment(column(), by: number(), timestamp: time)
    case 2: return .append(column(), bytes(), timestamp: time)
    case 3: return .minimum(column(), number(), timestamp: time)
    case 4: return .maximum(column(), number(), timestamp: time)
    case 5: return .deleteVersion(column(), timestamp: timestamp())
    case 6: return .deleteColumn(column(), upTo: time)
    case 7: return .deleteFamily(text(), upTo: time)
    case 8: return .deleteFamilyVersion(text(), timestamp: timestamp())
    default: return .deleteRow(upTo: time)
    }
  }

  mutating func change() -> CheckAndMutate {
    CheckAndMutate(list { $0.condition() }, RowMutations(bytes(), list { $0.mutation() }))
  }
}

/// Tables, rows, errors, calls and answers.
extension WireValueGenerator {
  mutating func splitPolicy() -> SplitPolicy {
    let trigger: SplitPolicy.Trigger =
      switch random.below(5) {
      case 0: .disabled
      case 1: .manual
      case 2: .constantSize(bytesMax: integer())
      case 3: .stepping(bytesMax: integer())
      default: .increasing(bytesMax: integer())
      }
    let grouping: SplitPolicy.Grouping =
      switch random.below(3) {
      case 0: .none
      case 1: .prefix(bytes: integer())
      default: .delimiter(UInt8(random.below(256)))
      }
    return SplitPolicy(trigger, grouping: grouping)
  }

  mutating func schema() -> TableSchema {
    TableSchema(
      name: text(),
      families: list {
        ColumnFamily(
          $0.text(), versionsMax: $0.integer(), versionsMin: $0.integer(),
          timeToLive: $0.some { $0.duration() }, localityGroup: $0.text())
      },
      localityGroups: list {
        LocalityGroup(
          $0.text(), compression: $0.some { .allCases[$0.random.below(3)] },
          bloomFilter: .allCases[$0.random.below(3)])
      }, splitPolicy: splitPolicy())
  }

  mutating func row() -> RowResult {
    RowResult(
      row: bytes(),
      cells: list(6) { Cell(column: $0.column(), timestamp: $0.timestamp(), value: $0.bytes()) })
  }

  mutating func error() -> StoreError {
    StoreError(
      StoreError.Code.sent[random.below(StoreError.Code.sent.count)], text(),
      file: some { $0.text() }, offset: some { $0.random.next() }, rows: some { $0.range() },
      cause: some { StoreError(.io, $0.text()) })
  }

  mutating func call() -> RemoteCall {
    switch random.below(13) {
    case 0: .ping
    case 1: .schema(of: text())
    case 2: .get(get(), table: text())
    case 3: .scan(scan(), table: text())
    case 4: .nextRows(cursor: random.next())
    case 5: .closeScan(cursor: random.next())
    case 6: .checkAndMutate(change(), table: text(), durability())
    case 7: .checkAndMutateBatch(list { $0.change() }, table: text(), durability())
    case 8: .createTable(schema())
    case 9: .tables
    case 10: .alterTable(schema())
    case 11: .dropTable(text())
    default: .truncateTable(text(), keepsRegions: random.chance(0.5))
    }
  }

  mutating func answer() -> RemoteAnswer {
    switch random.below(8) {
    case 0: return .done
    case 1: return .failed(error())
    case 2: return .schema(schema())
    case 3: return .schemas(list { $0.schema() })
    case 4: return .row(some { $0.row() })
    case 5:
      let ending: RowPage.Ending =
        switch random.below(3) {
        case 0: .end
        case 1: .more(cursor: random.next())
        default: .failed(error())
        }
      return .rows(RowPage(rows: list { $0.row() }, ending: ending))
    case 6: return .holds(random.chance(0.5))
    default:
      return .results(
        list { $0.random.chance(0.5) ? .success($0.random.chance(0.5)) : .failure($0.error()) })
    }
  }
}

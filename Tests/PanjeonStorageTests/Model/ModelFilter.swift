// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import WideColumn

/// Filters written down a second time, on whole cells, and random ones.
enum ModelFilter {
  static func passes(
    _ filter: Filter, _ cell: Cell, row: Bytes, newest: (Column) -> Bytes?
  ) -> Bool {
    func recur(_ part: Filter) -> Bool { passes(part, cell, row: row, newest: newest) }
    switch filter {
    case .family(let comparison): return isMet(comparison, Bytes(utf8: cell.column.family))
    case .qualifier(let comparison): return isMet(comparison, cell.column.qualifier)
    case .qualifiers(let range): return range.contains(cell.column.qualifier)
    case .value(let comparison): return isMet(comparison, cell.value)
    case .time(let from, let to):
      return !(from.map { cell.timestamp < $0 } ?? false)
        && !(to.map { cell.timestamp >= $0 } ?? false)
    case .timestamps(let timestamps): return timestamps.contains(cell.timestamp)
    case .row(let comparison): return isMet(comparison, row)
    case .rows(let ranges): return ranges.contains { $0.contains(row) }
    case .column(let column, let comparison, let ifAbsent):
      return newest(column).map { isMet(comparison, $0) } ?? ifAbsent
    case .all(let parts): return parts.allSatisfy(recur)
    case .any(let parts): return parts.contains(where: recur)
    case .not(let part): return !recur(part)
    }
  }

  private static func isMet(_ comparison: Comparison, _ bytes: Bytes) -> Bool {
    switch comparison {
    case .bytes(.less, let other): return bytes < other
    case .bytes(.lessOrEqual, let other): return bytes <= other
    case .bytes(.equal, let other): return bytes == other
    case .bytes(.notEqual, let other): return bytes != other
    case .bytes(.greaterOrEqual, let other): return bytes >= other
    case .bytes(.greater, let other): return bytes > other
    case .prefix(let prefix): return bytes.starts(with: prefix)
    case .contains(let part):
      let (all, wanted) = (Array(bytes), Array(part))
      return (0...max(0, all.count)).contains { all.dropFirst($0).starts(with: wanted) }
    case .integer, .bits: preconditionFailure("tested by itself")
    }
  }

  /// A filter of rows r0 to r5, families a to d, qualifiers "", q, q\0 and z, timestamps 1 to 6, values of one byte repeated.
  static func random(_ random: inout SplitMix64, depth: Int = 0) -> Filter {
    switch random.below(depth < 3 ? 14 : 9) {
    case 0: return .family(comparison(["a", "b", "c", "d"], &random))
    case 1: return .qualifier(comparison(["", "q", "q\0", "z"], &random))
    case 2: return .qualifiers(range(["", "q", "q\0", "r", "z", "z\0"], &random))
    case 3: return .value(comparison([[7], [7, 7], [99], [200, 200]], &random))
    case 4:
      let (from, to) = (bound(&random), bound(&random))
      if let first = from, let second = to, second < first { return .time(from: to, to: from) }
      return .time(from: from, to: to)
    case 5: return .timestamps(Set((0..<random.below(3)).map { _ in time(&random) }))
    case 6: return .row(comparison(["r0", "r2", "r2\0", "r4"], &random))
    case 7: return .rows((0..<random.below(3)).map { _ in range(["", "r1", "r3", "r4"], &random) })
    case 8:
      let column = Column(family: ["a", "b", "c"][random.below(3)], qualifier: "q")
      return .column(
        column, comparison([[7], [99]], &random), ifAbsent: random.chance(0.3))
    case 9: return .not(self.random(&random, depth: depth + 1))
    case 10, 11: return .all(parts(&random, depth))
    default: return .any(parts(&random, depth))
    }
  }

  private static func parts(_ random: inout SplitMix64, _ depth: Int) -> [Filter] {
    (0..<random.below(4)).map { _ in self.random(&random, depth: depth + 1) }
  }

  private static func time(_ random: inout SplitMix64) -> Timestamp {
    Timestamp(microseconds: Int64(random.below(8)))
  }

  private static func bound(_ random: inout SplitMix64) -> Timestamp? {
    random.chance(0.4) ? nil : time(&random)
  }

  private static func range(_ keys: [Bytes], _ random: inout SplitMix64) -> KeyRange {
    let stop = random.chance(0.3) ? nil : keys[random.below(keys.count)]
    return .inOrder(keys[random.below(keys.count)], stop)
  }

  private static func comparison(_ keys: [Bytes], _ random: inout SplitMix64) -> Comparison {
    let key = keys[random.below(keys.count)]
    switch random.below(4) {
    case 0: return .prefix(key)
    case 1: return .contains(key)
    default:
      let operators = Comparison.Operator.allCases
      return .bytes(operators[random.below(operators.count)], key)
    }
  }
}

extension KeyRange {
  /// The range between two keys, whichever is the greater.
  static func inOrder(_ one: Bytes, _ other: Bytes?) -> KeyRange {
    guard let other else { return KeyRange(from: one) }
    return KeyRange(from: min(one, other), to: max(one, other))
  }
}

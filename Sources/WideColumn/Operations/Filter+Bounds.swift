// SPDX-License-Identifier: Apache-2.0

/// Where cells that pass can be: what a store needs to skip the others.
extension Filter {
  /// The ranges outside which no row's cell passes.
  package var rowBounds: KeyRanges {
    switch self {
    case .row(let comparison): comparison.bounds
    case .rows(let ranges): KeyRanges(ranges)
    case .all(let parts): parts.reduce(.all) { $0.intersection($1.rowBounds) }
    case .any(let parts): parts.reduce(.none) { $0.union($1.rowBounds) }
    case .family, .qualifier, .qualifiers, .value, .time, .timestamps, .column, .not: .all
    }
  }

  /// The ranges of a family's qualifiers outside which no cell passes.
  package func qualifierBounds(in family: String) -> KeyRanges {
    switch self {
    case .family(let comparison): comparison.isMet(by: Bytes(utf8: family)) ? .all : .none
    case .qualifier(let comparison): comparison.bounds
    case .qualifiers(let range): KeyRanges([range])
    case .all(let parts): parts.reduce(.all) { $0.intersection($1.qualifierBounds(in: family)) }
    case .any(let parts): parts.reduce(.none) { $0.union($1.qualifierBounds(in: family)) }
    case .value, .time, .timestamps, .row, .rows, .column, .not: .all
    }
  }

  /// The least timestamp of which a cell may pass.
  package var leastTimestamp: Int64 {
    switch self {
    case .time(let from, _): from?.microseconds ?? .min
    case .timestamps(let timestamps): timestamps.min()?.microseconds ?? .max
    case .all(let parts): parts.map(\.leastTimestamp).max() ?? .min
    case .any(let parts): parts.map(\.leastTimestamp).min() ?? .max
    case .family, .qualifier, .qualifiers, .value, .row, .rows, .column, .not: .min
    }
  }
}

extension Comparison {
  /// The ranges outside which nothing passes.
  fileprivate var bounds: KeyRanges {
    switch self {
    case .bytes(.less, let other): KeyRanges([KeyRange(from: Bytes(), to: other)])
    case .bytes(.lessOrEqual, let other): KeyRanges([KeyRange(from: Bytes(), to: other.successor)])
    case .bytes(.equal, let other): KeyRanges([.single(other)])
    case .bytes(.greaterOrEqual, let other): KeyRanges([KeyRange(from: other)])
    case .bytes(.greater, let other): KeyRanges([KeyRange(from: other.successor)])
    case .bytes(.notEqual, _): .all
    case .prefix(let prefix): KeyRanges([.prefix(prefix)])
    case .integer, .contains, .bits: .all
    }
  }
}

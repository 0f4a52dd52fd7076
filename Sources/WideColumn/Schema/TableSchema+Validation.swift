// SPDX-License-Identifier: Apache-2.0

extension TableSchema {
  /// Checks that a table of this shape can be created.
  ///
  /// Throws `invalidArgument`, naming what is wrong.
  public func validate() throws(StoreError) {
    func refuse(_ what: String) -> StoreError {
      StoreError(.invalidArgument, "table '\(name)': \(what)")
    }
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "!"):
        true
      default: false
      }
    }
    guard allowed, !name.isEmpty, name.utf8.count <= 255, !name.hasPrefix(".") else {
      throw refuse("a table's name is 1 to 255 of A-Z a-z 0-9 _ - . ! and begins with no dot")
    }
    guard !families.isEmpty, families.count <= 100 else {
      throw refuse("a table has 1 to 100 column families, not \(families.count)")
    }
    guard Set(families.map(\.name)).count == families.count else {
      throw refuse("two column families have the same name")
    }
    let groups = Set(localityGroups.map(\.name))
    guard groups.count == localityGroups.count else {
      throw refuse("two locality groups have the same name")
    }
    for group in localityGroups where !Self.isPlain(group.name) {
      throw refuse("locality group '\(group.name)': \(Self.plainNameRule)")
    }
    let hasLocks = family(named: ColumnFamily.lockFamilyName) != nil
    for family in families {
      guard Self.isPlain(family.name) else {
        throw refuse("family '\(family.name)': \(Self.plainNameRule)")
      }
      if hasLocks, family.name < ColumnFamily.lockFamilyName {
        throw refuse(
          "family '\(family.name)' sorts before '!lock!', which comes first in a table with locks")
      }
      guard family.versionsMax >= 1 else {
        throw refuse("family '\(family.name)' keeps \(family.versionsMax) versions; at least one")
      }
      if let fault = family.fault { throw refuse("family '\(family.name)' \(fault)") }
      guard groups.contains(family.localityGroup) else {
        throw refuse(
          "family '\(family.name)' belongs to locality group '\(family.localityGroup)', "
            + "which the schema does not list")
      }
    }
    if let fault = splitPolicy.fault { throw refuse("split policy: \(fault)") }
  }
}

extension TableSchema {
  private static let plainNameRule = "a name is 1 to 255 printable ASCII bytes, no colon"

  private static func isPlain(_ name: String) -> Bool {
    let isPrintable = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
    return isPrintable && !name.isEmpty && name.utf8.count <= 255
  }
}

extension ColumnFamily {
  /// What makes no sense in how long the family keeps its versions; nil when nothing.
  fileprivate var fault: String? {
    if versionsMin < 0 || versionsMin > versionsMax {
      return "keeps at least \(versionsMin) versions of at most \(versionsMax)"
    }
    guard let timeToLive else {
      return versionsMin == 0
        ? nil : "keeps at least \(versionsMin) versions but has no time to live"
    }
    if timeToLive.microsecondsToLive == nil {
      return "has a time to live of \(timeToLive); at least one microsecond"
    }
    // A lock that goes away by itself protects nothing.
    return name == Self.lockFamilyName ? "holds locks; it can have no time to live" : nil
  }
}

extension Duration {
  /// As a time to live: whole microseconds, at least one; nil for less, `Int64.max` for more than that can hold.
  package var microsecondsToLive: Int64? {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return nil }
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (sum, overflows) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    if overflow || overflows { return .max }
    return sum >= 1 ? sum : nil
  }
}

extension SplitPolicy {
  /// What makes no sense in the policy; nil when nothing.
  package var fault: String? {
    switch trigger {
    case .constantSize(let bytesMax), .stepping(let bytesMax), .increasing(let bytesMax):
      if bytesMax < 1 { return "regions of at most \(bytesMax) bytes" }
    case .disabled, .manual: break
    }
    if case .prefix(let bytes) = grouping, bytes < 1 || bytes > 65_536 {
      return "rows that share \(bytes) bytes; 1 to 65536 make sense"
    }
    return nil
  }
}

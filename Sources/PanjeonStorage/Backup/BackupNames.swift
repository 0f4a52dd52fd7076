// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The names of the files in a backup directory.
enum BackupNames: Hashable {
  case lock
  /// What a backup consists of.
  case description(UInt64)
  case descriptionTemporary
  /// A copy of an SSTable.
  case table(BackupTableName)
  case tableTemporary

  /// Reads a name; nil when it is none of a backup directory's.
  init?(_ name: String) {
    switch name {
    case "LOCK": self = .lock
    case "BACKUP.tmp": self = .descriptionTemporary
    case "TABLE.tmp": self = .tableTemporary
    default:
      if name.hasPrefix("BACKUP-"), let number = Self.number(name.dropFirst(7)) {
        self = .description(number)
      } else if let table = BackupTableName(name) {
        self = .table(table)
      } else {
        return nil
      }
    }
  }

  /// The name, without a directory.
  var name: String {
    switch self {
    case .lock: "LOCK"
    case .description(let number): "BACKUP-" + Self.padded(number)
    case .descriptionTemporary: "BACKUP.tmp"
    case .table(let table): table.name
    case .tableTemporary: "TABLE.tmp"
    }
  }

  static func path(_ directory: String, _ file: BackupNames) -> String {
    directory + "/" + file.name
  }

  /// A number of six digits or more, as it would be written.
  fileprivate static func number(_ text: Substring) -> UInt64? {
    guard text.allSatisfy({ $0 >= "0" && $0 <= "9" }), let number = UInt64(text),
      number <= PlausibleNumber.max, padded(number) == text
    else { return nil }
    return number
  }

  fileprivate static func padded(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}

/// The name of a copy of an SSTable: whose file it is, and a hash of its end.
///
/// Two stores have files of one number, and so have two lives of a store; should somebody put back the files of a store by
/// hand, even one life has two, and the hash tells them apart.
struct BackupTableName: Hashable {
  var incarnation: StoreIncarnation
  var number: UInt64
  var tailHash: UInt64

  init(incarnation: StoreIncarnation, number: UInt64, tailHash: UInt64) {
    self.incarnation = incarnation
    self.number = number
    self.tailHash = tailHash
  }

  /// Reads a name; nil when it is not one as it would be written.
  init?(_ name: String) {
    guard name.hasSuffix(".sst") else { return nil }
    let parts = name.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].utf8.count == 32,
      let high = UInt64(parts[0].prefix(16), radix: 16),
      let low = UInt64(parts[0].suffix(16), radix: 16), let life = UInt64(parts[1]),
      let nonce = UInt64(parts[2], radix: 16), let number = BackupNames.number(parts[3]),
      let tailHash = UInt64(parts[4], radix: 16)
    else { return nil }
    self.init(
      incarnation: StoreIncarnation(
        store: StoreIdentity(high: high, low: low), number: life, nonce: nonce), number: number,
      tailHash: tailHash)
    guard self.name == name else { return nil }
  }

  var name: String {
    "\(incarnation)-\(BackupNames.padded(number))-\(tailHash.hexadecimalDigits).sst"
  }
}

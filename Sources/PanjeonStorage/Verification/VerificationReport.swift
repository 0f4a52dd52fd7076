// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Something amiss that a verification, a scrub, a compaction or a salvage has found.
public struct VerificationFinding: Hashable, Sendable {
  /// What is amiss.
  ///
  /// The raw values are stable: tools print them.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A file that the MANIFEST names is not there or cannot be opened.
    case missing
    /// Bytes are not those that were written: a checksum or a structure is wrong.
    case damaged
    /// Cells or rows are out of order.
    case order
    /// The Bloom filter denies a row that is there, so that reads of it would miss it.
    case filter
    /// A count or a bound of the file's properties, or of the MANIFEST, differs from what the file holds.
    case count
    /// Regions leave a gap or overlap, or a file lies outside its region.
    case regions
    /// The log has lost records, or a record does not fit the store.
    case log
    /// A file belongs to nothing; harmless, and gone after the next open for writing.
    case orphan
  }

  /// What is amiss.
  public var kind: Kind
  /// The file's name within the store's directory; of one of several copies its whole path.
  public var file: String
  /// Where in the file, in bytes from its beginning, if that is known.
  public var offset: UInt64?
  /// The table concerned, if that is known.
  public var table: String?
  /// The rows that may be concerned, if that is known; no others are.
  public var rows: KeyRange?
  /// What it is, for people.
  public var message: String

  package init(
    _ kind: Kind, file: String, offset: UInt64? = nil, table: String? = nil, rows: KeyRange? = nil,
    _ message: String
  ) {
    self.kind = kind
    self.file = file.split(separator: "/").last.map(String.init) ?? file
    self.offset = offset
    self.table = table
    self.rows = rows
    self.message = message
  }

  /// What an error says, as a finding.
  package init(_ kind: Kind, _ error: StoreError, file: String, table: String? = nil) {
    self.init(
      kind, file: error.file ?? file, offset: error.offset, table: table, rows: error.rows,
      error.message)
  }

  /// Whether data may be wrong or missing because of it.
  public var isDamage: Bool { kind != .orphan }
}

extension VerificationFinding: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    var text = "\(kind.rawValue): \(file)"
    if let offset { text += " at byte \(offset)" }
    if let table { text += ", table '\(table)'" }
    if let rows { text += ", rows \(rows)" }
    return text + ": " + message
  }
}

/// What a verification has looked at and found.
public struct VerificationReport: Hashable, Sendable {
  /// What is amiss; not more than ``findingsMax``.
  public private(set) var findings: [VerificationFinding] = []
  /// How many findings there were beyond those that are kept.
  public private(set) var findingsDropped = 0
  /// The SSTables looked at.
  public var tableFiles = 0
  /// Their blocks, read and checked, of each copy; none unless it went deep.
  public var blocks = 0
  /// The cells in them.
  public var cells: UInt64 = 0
  /// The segments of the log looked at.
  public var logSegments = 0
  /// The records in them.
  public var logRecords = 0
  /// The bytes read.
  public var bytesRead: UInt64 = 0

  /// The most findings that a report keeps; the rest is counted.
  public static let findingsMax = 10_000

  /// Creates an empty report.
  public init() {}

  /// Whether nothing was found by which data may be wrong or missing.
  public var isSound: Bool { findingsDropped == 0 && !findings.contains(where: \.isDamage) }

  package mutating func keep(_ isKept: (VerificationFinding) -> Bool) {
    findings.removeAll { !isKept($0) }
  }

  package mutating func note(_ finding: VerificationFinding) {
    if findings.count < Self.findingsMax {
      findings.append(finding)
    } else {
      findingsDropped += 1
    }
  }
}

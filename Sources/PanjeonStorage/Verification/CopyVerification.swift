// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Has each copy of a file verified, or the file itself if nobody knows of copies.
enum CopyVerification {
  /// Verifies.
  ///
  /// - Parameters:
  ///   - file: The file, which is told when one of its copies is damaged, and closed if it has any.
  ///   - report: What is found goes here, with the copy's own path.
  ///   - verify: Verifies one; owns what it is given.
  ///   - finding: What an error of a copy means; nil: nothing.
  /// - Throws: What `verify` throws of a file without copies; `closed` always.
  static func run(
    _ file: any File, into report: inout VerificationReport,
    _ verify: (any File, inout VerificationReport) throws(StoreError) -> Void,
    finding: (StoreError, any File) -> VerificationFinding?
  ) throws(StoreError) {
    let copies = file.copies
    if copies.isEmpty { return try verify(file, &report) }
    defer { file.close() }
    var isDamaged = false
    for (place, copy) in copies.enumerated() {
      let borrowed = BorrowedCopy(copy, of: file)
      var found = VerificationReport()
      do throws(StoreError) {
        try verify(borrowed, &found)
      } catch {
        if error.code == .closed { throw error }
        if let finding = finding(error, copy) { found.note(finding) }
      }
      isDamaged = isDamaged || !found.isSound
      report.add(found, ofCopy: copy.path, isFirst: place == 0)
    }
    if isDamaged { file.reportDamagedCopy() }
  }
}

extension VerificationReport {
  /// Adds what was found in a copy of a file: what the file holds counts once, what was read each time.
  mutating func add(_ copy: VerificationReport, ofCopy path: String, isFirst: Bool) {
    blocks += copy.blocks
    bytesRead += copy.bytesRead
    if isFirst {
      cells += copy.cells
      logSegments += copy.logSegments
      logRecords += copy.logRecords
    }
    for finding in copy.findings { note(finding.ofCopy(at: path)) }
  }
}

extension VerificationFinding {
  /// The same of a copy, which is named by its whole path: its name is that of all of them.
  func ofCopy(at path: String) -> VerificationFinding {
    var finding = self
    finding.file = path
    return finding
  }

  /// What is wrong with a copy of the MANIFEST.
  static func manifestCopy(_ error: StoreError) -> VerificationFinding {
    let kind: Kind = error.code == .corruption ? .damaged : .missing
    return VerificationFinding(kind, error, file: "MANIFEST").ofCopy(at: error.file ?? "MANIFEST")
  }
}

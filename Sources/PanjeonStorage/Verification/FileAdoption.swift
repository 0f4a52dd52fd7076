// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Takes SSTables into a state whose MANIFEST, as far as it can be read, does not name them.
///
/// They were flushed or compacted later. A file that a compaction had replaced may be among them: what it holds of deleted
/// cells can then be seen again, which the findings say.
struct FileAdoption {
  private let directory: String
  private let fileSystem: any FileSystem

  init(_ directory: String, _ fileSystem: any FileSystem) {
    self.directory = directory
    self.fileSystem = fileSystem
  }

  /// Takes in every SSTable of the directory that the state does not name.
  ///
  /// Throws `io` when the directory cannot be listed.
  func run(into state: inout VersionState) throws(StoreError) -> [VerificationFinding] {
    var findings: [VerificationFinding] = []
    let known = state.fileNumbers
    for name in try fileSystem.list(directory) {
      guard case .table(let number)? = FileNames(name), !known.contains(number) else { continue }
      findings.append(adopt(name, number, into: &state))
    }
    return findings
  }

  private func adopt(
    _ name: String, _ number: UInt64, into state: inout VersionState
  ) -> VerificationFinding {
    var rows: KeyRange?
    do throws(StoreError) {
      let opened = try TableFile.open(
        file: try fileSystem.open(directory + "/" + name, .read), number: number,
        cache: BlockCache(budget: MemoryBudget(totalBytes: 1 << 20)))
      let whole = FileRecord(
        regionID: opened.properties.regionID, group: opened.properties.localityGroup,
        number: number, level: 0, opened.properties, fileBytes: opened.fileBytes)
      rows = whole.fileRows
      var edit = VersionEdit()
      edit.addedFiles = try parts(of: whole, in: state)
      var next = state
      try next.apply(edit)
      state = next
      let region = state.region(edit.addedFiles[0].regionID)
      return VerificationFinding(
        .regions, file: name,
        table: state.tables.first { $0.id == region?.tableID }?.schema.name, rows: rows,
        "the readable part of the MANIFEST does not name it; it is read nevertheless, and may bring back what was deleted"
      )
    } catch {
      var finding = VerificationFinding(.damaged, error, file: name)
      finding.rows = finding.rows ?? rows
      return finding
    }
  }

  /// What the regions there are get of a file: all of it the one it was written for; if that is gone, or came to be behind the
  /// damage, each its part.
  private func parts(
    of file: FileRecord, in state: VersionState
  ) throws(StoreError) -> [FileRecord] {
    if state.region(file.regionID) != nil { return [file] }
    let retired = state.retiredRegions.first { $0.id == file.regionID }?.tableID
    let only = state.tables.count == 1 ? state.tables[0].id : nil
    let parts = state.regions.filter { $0.tableID == retired ?? only }
      .compactMap { file.part(of: $0.id, rows: $0.rows) }
    if parts.isEmpty {
      throw StoreError(
        .corruption,
        "it was written for region \(file.regionID), of which only the unreadable part of the MANIFEST knows; it is left out"
      )
    }
    return parts
  }
}

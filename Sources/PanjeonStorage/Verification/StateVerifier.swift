// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Holds what a MANIFEST says against itself: regions that cover their table, files that lie in their regions.
package struct StateVerifier {
  private let state: VersionState
  private let manifest: String

  package init(_ state: VersionState, manifest: String) {
    self.state = state
    self.manifest = manifest
  }

  package func run(into report: inout VerificationReport) {
    for table in state.tables {
      let regions = state.regions.filter { $0.tableID == table.id }
        .sorted { $0.rows.start < $1.rows.start }
      checkCover(regions, of: table, &report)
      for region in regions {
        for group in 0..<UInt32(table.groupCount) {
          checkFiles(of: region, group, table, &report)
        }
      }
    }
  }

  private func checkCover(
    _ regions: [RegionRecord], of table: TableRecord, _ report: inout VerificationReport
  ) {
    var end: Bytes? = Bytes()
    for region in regions {
      if region.rows.start != end {
        note(
          table,
          KeyRange(from: min(end ?? region.rows.start, region.rows.start), to: region.rows.stop),
          "region \(region.id) does not begin where the one before it ends", &report)
      }
      end = region.rows.stop
    }
    if regions.isEmpty || end != nil {
      note(table, KeyRange(from: end ?? Bytes()), "no region holds the last rows", &report)
    }
  }

  private func checkFiles(
    of region: RegionRecord, _ group: UInt32, _ table: TableRecord,
    _ report: inout VerificationReport
  ) {
    let files = state.files(regionID: region.id, group: group)
    for file in files.all where !region.rows.covers(file.rows) {
      note(table, file.rows, "file \(file.number) lies outside region \(region.id)", &report)
    }
    for (file, next) in zip(files.bottom, files.bottom.dropFirst())
    where file.rows.overlaps(next.rows) || next.rows.start < file.rows.start {
      note(
        table, file.rows.intersection(next.rows),
        "files \(file.number) and \(next.number) of the bottom level overlap", &report)
    }
  }

  private func note(
    _ table: TableRecord, _ rows: KeyRange, _ message: String, _ report: inout VerificationReport
  ) {
    report.note(
      VerificationFinding(
        .regions, file: manifest, table: table.schema.name, rows: rows, message))
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// When files are merged; see the article *Compaction*.
package struct CompactionOptions: Hashable, Sendable {
  /// How many tiered runs make a merge; by default 4.
  package var runsMin = 4

  /// How many tiered runs are merged at once at the most; by default 12.
  package var runsMax = 12

  /// How much larger than all newer runs together a run may be and still be merged with them; by default 2.
  package var sizeRatio: UInt64 = 2

  /// The share of the bottom level, in percent, that the tiered runs reach before they go into it; by default 33.
  package var bottomPercent: UInt64 = 33

  /// The share of deletes in a group's files, in percent, that sends them to the bottom; by default 25.
  package var deletesPercent: UInt64 = 25

  /// The share of a file's cells, in percent, that have expired when it is rewritten without them; by default 50.
  package var expiredPercent: Double = 50

  /// How many neighbours of the bottom level, together of half a file's size at the most, are put into one file; by
  /// default 4.
  package var smallFilesMin = 4

  /// The size of a file of the bottom level, in bytes; by default 64 MiB.
  package var bottomFileBytes: UInt64 = 64 << 20

  package init() {}
}

/// What is known of a group beside its files.
package struct CompactionSituation: Hashable, Sendable {
  /// Whether its region has not been written to for some time.
  package var isIdle = false

  /// About what share of its cells has expired, by the number of the file, where something has.
  package var expiredShares: [UInt64: Double] = [:]

  /// The numbers of the files that somebody wants rewritten.
  package var requestedFiles: Set<UInt64> = []

  package init() {}
}

/// Which files to merge, and where the result goes.
package struct CompactionPlan: Hashable, Sendable {
  package var inputsUpper: [FileRecord]
  package var inputsBottom: [FileRecord]
  /// Zero for a tiered run, one for the bottom level.
  package var outputLevel: UInt8
  /// Whether nothing older than the inputs exists for their rows, so that delete markers may be dropped.
  package var coversBottom: Bool
}

/// Chooses compactions: tiered above, one leveled level at the bottom.
///
/// Lazy leveling (Dayan and Idreos, "Dostoevsky", SIGMOD 2018, doi:10.1145/3183713.3196927): writes are merged
/// few times, and a lookup still meets one file of the largest level. A pure function of the files.
package struct CompactionPicker: Sendable {
  private let options: CompactionOptions

  package init(options: CompactionOptions = CompactionOptions()) {
    self.options = options
  }

  /// The next compaction of a group, or nil when none is worth it.
  ///
  /// - Parameters:
  ///   - upper: The tiered files, newest first.
  ///   - bottom: The leveled files, by row.
  ///   - situation: What else is known of the group.
  /// - Returns: The compaction.
  package func pick(
    upper: [FileRecord], bottom: [FileRecord], in situation: CompactionSituation = .init()
  ) -> CompactionPlan? {
    // Before anything else, lest merges above the bottom pass for what was asked for.
    let requested = rewrite(upper, bottom) { situation.requestedFiles.contains($0.number) }
    if let requested { return requested }
    let upperBytes = upper.reduce(0) { $0 + $1.fileBytes }
    let bottomBytes = bottom.reduce(0) { $0 + $1.fileBytes }
    let isBottomDue = upperBytes * 100 >= bottomBytes * options.bottomPercent
    if upper.count >= options.runsMin, isBottomDue { return intoBottom(upper, bottom) }
    if !upper.isEmpty, hasManyDeletes(upper) { return intoBottom(upper, bottom) }
    if upper.count >= options.runsMin { return tiered(upper) }
    return rewriteOfExpired(upper, bottom, situation) ?? rewriteOfShared(upper, bottom)
      ?? mergeOfSmall(bottom) ?? idle(upper, bottom, situation)
  }

  /// The next compaction of tiered runs alone while a longer one is under way; nil when they are few, or more than can be merged in
  /// little time.
  ///
  /// - Parameters:
  ///   - newer: The tiered files that are newer than what is being merged of the group, newest first.
  ///   - requested: The numbers of the files that somebody wants at the bottom: what they were merged into would pass for that.
  /// - Returns: The compaction.
  package func pickAbove(
    _ newer: [FileRecord], requested: Set<UInt64> = []
  ) -> CompactionPlan? {
    guard newer.count >= options.runsMin else { return nil }
    let plan = tiered(newer)
    if plan.inputsUpper.contains(where: { requested.contains($0.number) }) { return nil }
    let bytes = plan.inputsUpper.reduce(0) { $0 + $1.fileBytes }
    return bytes <= options.bottomFileBytes * Self.filesMeanwhileMax ? plan : nil
  }

  /// How many bottom files' bytes are merged at the most while a longer compaction waits: some seconds.
  private static let filesMeanwhileMax: UInt64 = 16

  /// Files of which much has expired: rewritten at the bottom, where it can go.
  private func rewriteOfExpired(
    _ upper: [FileRecord], _ bottom: [FileRecord], _ situation: CompactionSituation
  ) -> CompactionPlan? {
    rewrite(upper, bottom) { file in
      (situation.expiredShares[file.number] ?? 0) * 100 >= options.expiredPercent
    }
  }

  /// Rewrites a file, if there is one such, at the bottom: a tiered one together with all the others.
  private func rewrite(
    _ upper: [FileRecord], _ bottom: [FileRecord], where isSuch: (FileRecord) -> Bool
  ) -> CompactionPlan? {
    if upper.contains(where: isSuch) { return intoBottom(upper, bottom) }
    guard let file = bottom.first(where: isSuch) else { return nil }
    return CompactionPlan(
      inputsUpper: [], inputsBottom: [file], outputLevel: 1, coversBottom: true)
  }

  /// When nothing is written any more, what readers have to merge, and deletes, are got rid of.
  private func idle(
    _ upper: [FileRecord], _ bottom: [FileRecord], _ situation: CompactionSituation
  ) -> CompactionPlan? {
    guard situation.isIdle, let newest = upper.first else { return nil }
    return upper.count > 1 || newest.deleteCount > 0 ? intoBottom(upper, bottom) : nil
  }

  /// When nothing else is due: what is shared with other regions since a split is written anew, for this region alone.
  private func rewriteOfShared(_ upper: [FileRecord], _ bottom: [FileRecord]) -> CompactionPlan? {
    if upper.contains(where: { !$0.isWhole }) {
      // Not into the bottom: of that only what lies across the cut needs to be rewritten.
      return CompactionPlan(
        inputsUpper: upper, inputsBottom: [], outputLevel: 0, coversBottom: false)
    }
    guard let shared = bottom.first(where: { !$0.isWhole }) else { return nil }
    return CompactionPlan(
      inputsUpper: [], inputsBottom: [shared], outputLevel: 1, coversBottom: true)
  }

  private func hasManyDeletes(_ files: [FileRecord]) -> Bool {
    let cells = files.reduce(0) { $0 + $1.cellCount }
    let deletes = files.reduce(0) { $0 + $1.deleteCount }
    return deletes > 1000 && deletes * 100 > cells * options.deletesPercent
  }

  /// Neighbours of the bottom level that merges of regions have left small.
  private func mergeOfSmall(_ bottom: [FileRecord]) -> CompactionPlan? {
    var run: [FileRecord] = []
    var bytes: UInt64 = 0
    for file in bottom {
      if bytes + file.fileBytes > options.bottomFileBytes / 2 {
        if run.count >= options.smallFilesMin { break }
        run = []
        bytes = 0
        if file.fileBytes > options.bottomFileBytes / 2 { continue }
      }
      run.append(file)
      bytes += file.fileBytes
    }
    guard run.count >= options.smallFilesMin else { return nil }
    return CompactionPlan(inputsUpper: [], inputsBottom: run, outputLevel: 1, coversBottom: true)
  }

  /// All tiered runs and the leveled files they overlap.
  ///
  /// Every run goes, because a run left above could not be older than one that has gone below.
  private func intoBottom(_ upper: [FileRecord], _ bottom: [FileRecord]) -> CompactionPlan? {
    let rows = upper.map(\.rows)
    let all = KeyRange(from: rows.map(\.start).min() ?? Bytes(), to: rows.compactMap(\.stop).max())
    let overlapped = bottom.filter { $0.rows.overlaps(all) }
    return CompactionPlan(
      inputsUpper: upper, inputsBottom: overlapped, outputLevel: 1, coversBottom: true)
  }

  /// The newest runs, as many as are of similar size; at least two even if none is.
  private func tiered(_ upper: [FileRecord]) -> CompactionPlan {
    var count = 1
    var bytes = upper[0].fileBytes
    while count < min(upper.count, options.runsMax) {
      let next = upper[count].fileBytes
      if count >= 2, next > bytes * options.sizeRatio { break }
      bytes += next
      count += 1
    }
    return CompactionPlan(
      inputsUpper: Array(upper[0..<count]), inputsBottom: [], outputLevel: 0, coversBottom: false)
  }
}

// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Compactions that somebody asked for.
extension BackgroundWork {
  /// Has the files rewritten that hold rows of a range now; ``waitFor(_:)`` must follow.
  ///
  /// For the one thread that changes regions, after a flush, before the gates are opened.
  package func requestCompaction(
    of rows: KeyRange, in table: TableHandle
  ) -> CompactionRequests.Request {
    let request = environment.census.requests.add(
      rows, ofTable: table.record.id, firstNewFile: environment.versions.fileNumbers.next())
    signals.withLock { $0.wantsCompaction = true }
    signals.notifyAll()
    return request
  }

  /// Waits until none of the files is left.
  ///
  /// Blocks the thread. Throws `corruption` when one of them is damaged; why the store takes no writes any more; `closed`.
  package func waitFor(_ request: CompactionRequests.Request) throws(StoreError) {
    defer { environment.census.requests.remove(request) }
    while let (region, group) = nextGroup(of: request) {
      if environment.isStopping { throw .storeClosed }
      if let failure = writeFailure { throw failure }
      if environment.damage.isSuspended(region, group: group) {
        throw StoreError(
          .corruption,
          "a file of the region is damaged, so that it is not compacted; `knownDamage` tells more",
          rows: region.rows)
      }
      var hasLooked = false
      // Notified of after each compaction; the time is for what nobody is notified of.
      signals.wait(timeout: .milliseconds(100)) { _ -> Void? in
        defer { hasLooked = true }
        return hasLooked ? () : nil
      }
    }
  }

  /// A group that still has such files.
  private func nextGroup(of request: CompactionRequests.Request) -> (Region, Int)? {
    for table in environment.catalog.all {
      for region in table.regions {
        for (number, group) in region.view.groups.enumerated() {
          let isLeft = (group.upper + group.bottom).contains { file in
            request.concerns(file, ofTable: table.record.id)
          }
          if isLeft { return (region, number) }
        }
      }
    }
    return nil
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// The clients of a life: writers with rows of their own, and readers of all.
struct PlacementClients: Sendable {
  let life: PlacementLife
  let store: EmbeddedStore
  let writers: Int
  /// How many batches each writes at the most.
  let batches: Int
  let clock: any TimeSource

  func run(_ random: inout SplitMix64) async {
    let seeds = (0..<(writers + 1)).map { _ in random.next() }
    await withTaskGroup { group in
      for writer in 0..<writers {
        group.addTask { await write(writer, SplitMix64(seed: seeds[writer])) }
      }
      group.addTask { await read(SplitMix64(seed: seeds[writers])) }
      // The reader goes on until the writers have ended.
      for _ in 0..<writers { await group.next() }
      group.cancelAll()
    }
  }

  private func write(_ writer: Int, _ seed: SplitMix64) async {
    var random = seed
    for _ in 0..<batches {
      let durability = Durability.allCases[random.below(3)]
      let number = life.withState { $0.traces[writer].begun + 1 }
      let batch = PlacementBatch(
        writer: writer, tag: PlacementTag(life: life.number, number: number), using: &random)
      let begun = life.withState { state -> (sets: Set<VolumeSet>, since: Int)? in
        guard !state.isOver else { return nil }
        state.traces[writer].begin(batch, told: state.traces.map(\.acknowledged))
        return (state.ledger.logSets, state.ledger.moment)
      }
      guard let begun else { return }
      do throws(StoreError) {
        _ = try await store.commit(batch.batch, since: nil, durability: durability)
      } catch {
        return noteFailure(of: "a commit", error)
      }
      life.withState { state in
        guard !state.isOver else { return }
        state.acknowledged[durability, default: 0] += 1
        let holders = state.ledger.holders(begunOn: begun.sets, durability)
        state.traces[writer].acknowledge(
          PlacementTrace.Acknowledgement(
            number: number, durability: durability, since: begun.since, holders: holders))
      }
    }
  }

  private func read(_ seed: SplitMix64) async {
    var random = seed
    while !Task.isCancelled, !life.isOver {
      let writer = random.below(writers)
      let row = random.below(PlacementBatch.rowsPerWriter)
      let first = life.withState { $0.traces[writer].acknowledged }
      let found: PlacementTag?
      do throws(StoreError) {
        let result = try await store.get(
          Get(PlacementBatch.key(writer: writer, row: row)), in: PlacementBatch.table(of: row))
        found = result.map { PlacementStore.tag($0, writer: writer, row: row) }
      } catch {
        return noteFailure(of: "a read", error)
      }
      life.withState { state in
        state.reads += 1
        let trace = state.traces[writer]
        if trace.tags(of: row, from: first, through: trace.begun).contains(found) { return }
        state.violate(
          "a read of row \(row) of writer \(writer) gave \(found.map { "\($0)" } ?? "nothing"), "
            + "which it did not hold after any batch from \(first) on")
      }
      guard (try? await clock.sleep(for: .milliseconds(1))) != nil else { return }
    }
  }

  private func noteFailure(of what: String, _ error: StoreError) {
    life.withState { state in
      if state.isOver || state.mayStop { return }
      state.violate("\(what) failed though a copy of everything is left: \(error)")
    }
  }
}

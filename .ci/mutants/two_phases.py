"""The commit in two phases: its protocol, its recovery, and the reads beside it."""
from .mutant import EXPRESSION, TRANSACTIONS

TWO_PHASE = TRANSACTIONS + "Commit/TwoPhase/"
LOCKING = TWO_PHASE + "TwoPhaseCommit+Locking.swift"
DECIDING = TWO_PHASE + "TwoPhaseCommit+Deciding.swift"
ROLLING = TRANSACTIONS + "Recovery/LockResolver+Rolling.swift"
READER = TRANSACTIONS + "Transaction/LockedRowReader.swift"
SNAPSHOT = TWO_PHASE + "TwoPhaseSnapshot.swift"
LATE = "TwoPhaseLateCallTests"
SIMULATION = "TwoPhaseScheduleTests|TwoPhaseFaultTests|TwoPhaseWalkTests"
ALL = "TwoPhaseTests|" + SIMULATION

MUTANTS = [
    # Those that the protocol's list asks for.
    ("the fence removed", TRANSACTIONS + "Recovery/LockDecision.swift",
     "bytes == intents.primaryHeaderBefore", "false", LATE, EXPRESSION),
    ("rows looked at before all are locked", TWO_PHASE + "TwoPhaseCommit.swift",
     "      if let refused = try await prewriteAll() {\n        await abort()\n        return .refused(refused)\n      }\n"
     "      try plan.checkFamilies(try await shapes.get())\n      if let changed = try await firstChange() {",
     "      let early = PLANTED ? try await firstChange() : nil\n"
     "      if let refused = try await prewriteAll() {\n        await abort()\n        return .refused(refused)\n      }\n"
     "      try plan.checkFamilies(try await shapes.get())\n"
     "      if let changed = PLANTED ? early : try await firstChange() {", SIMULATION),
    # Of rows that had none: there an abort knows what the old header was.
    ("old headers restored by an abort", ROLLING,
     ".put(LockColumn.header, timestamp: timestamp, value: settled(outcome).encode()),",
     "PLANTED && outcome == .aborted ? .deleteColumn(LockColumn.header, upTo: nil)\n"
     "          : .put(LockColumn.header, timestamp: timestamp, value: settled(outcome).encode()),", LATE),
    ("the primary freed before its secondaries", ROLLING,
     "    let answers = await store.makeChanges(\n      changes,",
     "    if PLANTED { return try await forward(locks.primary, durability: .memory) }\n"
     "    let answers = await store.makeChanges(\n      changes,", ALL),
    ("a refused decision taken for a conflict", DECIDING, "    return try await ask()\n",
     "    if PLANTED { return .refused(.conditionFailed(operation: plan.primary.operation)) }\n"
     "    return try await ask()\n", SIMULATION),
    ("scanned ranges not scanned again", DECIDING, "plan.ranges.map(ReadDependency.range)", "[]", SIMULATION, EXPRESSION),
    ("redo without its condition", ROLLING, "[.header(headerBefore)], RowMutations(name.row, mutations)",
     "PLANTED && outcome == .committed && headerBefore != nil ? [] : [.header(headerBefore)],\n"
     "        RowMutations(name.row, mutations)", SIMULATION),
    # And others.
    ("a decision before all rows are locked", LOCKING, "holds[place] = found[place] ?? .held",
     "holds[place] = PLANTED && place > 0 ? .held : found[place] ?? .held", SIMULATION),
    ("rows only read not looked at again", DECIDING,
     "plan.reads.map { ReadDependency.row($0.name, $0.header) }", "[ReadDependency]()", SIMULATION, EXPRESSION),
    ("locks that a restart can lose", LOCKING,
     "places.map { plan.prewrite(plan.writes[$0], incarnation) }, durability: .disk,",
     "places.map { plan.prewrite(plan.writes[$0], incarnation) }, durability: PLANTED ? .memory : .disk,", "TwoPhaseOwnerTests/durability"),
    ("a snapshot that ignores whatever is undecided", READER, "deciding.intents.dependsOnOthers", "false",
     SIMULATION, EXPRESSION),
    ("a snapshot that ignores every lock", READER, "try await isBefore(snapshot, lock)", "false", ALL, EXPRESSION),
    ("what was read before not looked at again", TWO_PHASE + "TwoPhaseStore+Reading.swift", "changed != nil", "false",
     SIMULATION, EXPRESSION),
    ("a row that has come into a scanned range not noticed", SNAPSHOT,
     "if isNew, header != nil { return false }", "if !PLANTED, isNew, header != nil { return false }", SIMULATION),
    ("a lock that went unanswered taken for held", LOCKING, "return header == write.headerBefore ? .inDoubt : .refused",
     "return PLANTED ? .held : header == write.headerBefore ? .inDoubt : .refused", SIMULATION),
    ("a transaction in doubt called aborted while it is locked", TRANSACTIONS + "Recovery/TransactionManager+Resolving.swift",
     "      let isDone = try await locks.giveUp(", "      if PLANTED { return .aborted }\n      let isDone = try await locks.giveUp(",
     LATE),
    ("an owner that does not show that it lives", TWO_PHASE + "Heartbeat.swift", "waited >= resolver.options.heartbeat",
     "false", "TwoPhaseRecoveryTests/heartbeat", EXPRESSION),
    ("an owner that does not show that it lives while it looks at what it read", DECIDING,
     "{ () async throws(StoreError) in try await heartbeat.beatIfDue() }",
     "{ () async throws(StoreError) in if !PLANTED { try await heartbeat.beatIfDue() } }", "TwoPhaseOwnerTests/slowLook"),
    ("rows locked blindly taken to be as they were scanned", TWO_PHASE + "WideColumnStore+Revalidating.swift", "before == known",
     "true", "TwoPhaseRangeTests/sameRow", EXPRESSION),
    ("own locks that were given up taken for a row as it was read", SNAPSHOT, "if let known, known == before {",
     "if let known, PLANTED || known == before {", "TwoPhaseRangeTests/sameRowTwice"),
    ("families that have been dropped not missed", TWO_PHASE + "TwoPhaseCommit.swift",
     "      try plan.checkFamilies(try await shapes.get())\n      if let changed",
     "      let found = try await shapes.get()\n      if !PLANTED { try plan.checkFamilies(found) }\n      if let changed",
     "TwoPhaseSchemaTests/dropped"),
    ("locks that stay when a family is dropped", ROLLING, "guard error.code == .noSuchFamily else { throw error }",
     "guard !PLANTED, error.code == .noSuchFamily else { throw error }", "TwoPhaseSchemaTests/droppedMeanwhile"),
    ("owners that are watched forgotten for others", TRANSACTIONS + "Recovery/LockLiveness.swift",
     "      if observations.count >= Self.observationsMax { return 0 }\n",
     "      if PLANTED { observations = [:] }\n      if observations.count >= Self.observationsMax { return 0 }\n",
     "TwoPhaseJanitorTests/many"),
    ("locks that cannot be read ignored by snapshots", READER, "!cells.isStable, cells.lock == nil",
     "!PLANTED, !cells.isStable, cells.lock == nil", "TwoPhaseRecoveryTests/unknownIntents"),
    ("a secondary that is locked still taken for committed", DECIDING, "return .end(header.ownDecision == .committed ?",
     "return .end((PLANTED ? header.ownDecision != .aborted : header.ownDecision == .committed) ?",
     "TwoPhaseOwnerTests/overwrittenPrimary"),
    ("a decision in another life of the store", DECIDING, "store.incarnation != incarnation", "false",
     "TwoPhaseOwnerTests/otherLife", EXPRESSION),
    ("stabilizations without a bound", TWO_PHASE + "Stabilizer.swift", "state.queue.count - state.taken >= queueMax", "false",
     "TwoPhaseOwnerTests/stabilizations", EXPRESSION),
    ("an owner that waits for its own lock", TRANSACTIONS + "Commit/OneBatchCommit.swift", "if !store.hasSnapshots { return false }",
     "if !PLANTED, !store.hasSnapshots { return false }", "TwoPhaseOwnerTests/ownLock"),
    ("answers of a batch given to other rows", TRANSACTIONS + "Concurrency/Concurrently.swift", "for (place, answer) in zip(places, answers)",
     "for (place, answer) in zip(PLANTED ? places.reversed() : places, answers)", "TwoPhaseBatchTests"),
]

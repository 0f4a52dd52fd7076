"""The mutants of `.ci/check-mutants`."""
from . import durability, files, regions, replication, tables, transactions, two_phases
from .mutant import ALONE, Mutant  # noqa: F401

# Some of them again: the workloads of panjeon-check must find them by themselves, from what clients were told. Not those of the
# fence: no call is late there, and nobody asks twice what became of a commit. Nor the one that takes a settled commit for an
# unanswered one: all that clients are told is right then.
WORKLOADS = "WorkloadRunnerTests|WorkloadCrashTests"
BY_WORKLOADS = [
    "acknowledged before the sync",
    "no sync of log or MANIFEST",
    "rows written since the check not looked at",
    "scanned ranges not validated",
    "rows only read not validated",
    "a commit that leaves the header as it was",
    "each read of a transaction at a moment of its own",
    "conditions not looked at when they are put in order",
    "own headers taken for others'",
]

# And the simulation by itself, which has a store of its own: of the transactions' protocol whatever is not about liveness. Not a
# changed range that is called a conflict without a look at the own header: this store looks at conditions first, so that a batch that
# comes twice fails by its own header and never by its own change of a range.
SIMULATION = "|".join(f"Simulated{part}Tests" for part in ("Schedule", "Fault", "Invariant", "Process", "Walk"))
BY_SIMULATION = [
    "scanned ranges not validated",
    "rows only read not validated",
    "rows that were found absent not validated",
    "rows that are only written not compared",
    "a range that a scan has come to the end of not compared behind its last row",
    "a commit that leaves the header as it was",
    "each read of a transaction at a moment of its own",
    "versions by the clock alone",
    "a commit in doubt called aborted without a fence",
    "a fence that comes too late taken for one",
    "a fence over whatever stands there",
    "a fence that puts the old lock bytes back",
    "a fence taken for a commit",
    "own headers taken for others'",
    "a commit that is found, and not waited for",
    "reads of what is not durable yet, not waited for",
    "snapshots of what is not durable yet",
    "an unanswered commit run again unasked",
    "what others have written over taken for aborted",
    "work with a key done without a look whether it is",
    "commits of transactions that began before a table joined",
]

# A share for each run of `.ci/run`, with the tests that are enough for them: validate before sequencing, skip scan validation,
# publish before durable, restore old lock bytes, treat own writes as others'; and no fence.
QUICK = {
    "conditions not looked at when they are put in order": r"IsolationTests/(lostUpdate|writeSkew|absentRow)\(",
    "scanned ranges not validated": r"IsolationTests/phantoms\(",
    "visible before it is durable": "VisibilityTests",
    "a commit that leaves the header as it was": r"IsolationTests/(lostUpdate|writeSkew|deletedAndReinserted)\(",
    "a fence that puts the old lock bytes back": "NotCommittedTests",
    "own headers taken for others'": "UnknownOutcomeTests",
    "a commit in doubt called aborted without a fence": "UnknownOutcomeTests",
    "scanned ranges not validated, by simulation": r"SimulatedScheduleTests/phantom\(",
    "the fence removed": r"TwoPhaseLateCallTests/lateLock\(",
    "old headers restored by an abort": r"TwoPhaseLateCallTests/repeatedLock\(",
    "rows looked at before all are locked": r"TwoPhaseScheduleTests/phantom\(",
    "a decision before all rows are locked": r"TwoPhaseBatchTests/refused\(",
}


def all_mutants():
    """The commit path's first, each by all who must find it."""
    mutants, others = ([Mutant(*entry) for part in parts for entry in part.MUTANTS]
                       for parts in ((transactions, two_phases), (durability, regions, tables, files, replication)))
    known = {mutant.name: mutant for mutant in mutants + others}
    mutants += [known[name].sought_by(SIMULATION, ", by simulation") for name in BY_SIMULATION]
    mutants += [known[name].sought_by(WORKLOADS, ", by workloads") for name in BY_WORKLOADS]
    mutants += others
    names = [mutant.name for mutant in mutants]
    if len(set(names)) != len(names) or not set(QUICK) <= set(names):
        raise SystemExit("mutants: a name comes twice, or a quick one is not there")
    return mutants

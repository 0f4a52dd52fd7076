-------------------------- MODULE RecoveryPromises --------------------------
(* What the log and the MANIFEST promise, in every state.                    *)
EXTENDS LogRecovery

IsUp == phase \notin {"down", "refused"}
View == IF phase \in {"replayed", "described", "cleaned"} THEN manifest.now ELSE manifest.disk
Held(g) == View.files[g] \cup InMemory(g)
Batches == UNION {Held(g) : g \in Groups}

\* No crash looks like damage.
Opens == phase # "refused"

\* A batch is there whole or not at all: in all groups that it touches.
NothingInPart == IsUp => \A r \in Batches : \A g \in r.parts : r \in Held(g)

\* What a recovery finds is the beginning of what had been in order, without a gap.
Prefix == found \cap known = {order[i].id : i \in 1..Len(order)} \/ found = {}
\* Nothing comes back that a crash had taken, or a segment held before.
NothingStale == found \subseteq known

\* An open store has what is in order, no more and no less.
Complete == IsUp => Batches = Range(order)

\* It holds all that was acknowledged at a level which the crash does not touch.
Kept == IsUp => Len(order) >= mustOs /\ Len(order) >= mustDisk

\* What the log is synced through is in SSTables that the durable MANIFEST names, or in segments with which recovery would begin.
OnDisk(n, r) == \E i \in Slots : log[n].disk[i].number = n /\ log[n].disk[i].record = r
FreedWhenFlushed == phase \in {"open", "halted"} =>
  \A i \in 1..synced : \A g \in order[i].parts :
    \/ order[i] \in manifest.disk.files[g]
    \/ \E n \in Names : n >= manifest.disk.min /\ OnDisk(n, order[i])
=============================================================================

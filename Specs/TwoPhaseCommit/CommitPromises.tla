--------------------------- MODULE CommitPromises ---------------------------
(* What the commit in two phases promises, in every state and at the end.    *)
EXTENDS TwoPhaseCommit

Has(c, r) == \E a \in applied[r] : a[2] = c
Writers == {c \in Txns : Writes(c) # {}}

\* A committed change is made, or its row is locked for it; nothing else is made.
Atomicity == \A c \in Writers : \A r \in Writes(c) :
  IF c \in decided THEN Has(c, r) \/ (Same(header[r], c) /\ ~IsSettled(header[r])) ELSE ~Has(c, r)

\* A snapshot of this state, which looks at the primary's header where it meets a lock, sees all of a transaction or nothing.
Says(c) == LET h == header[Primary(c)] IN Same(h, c) /\ (h.state = "committed" \/ h.outcome = "committed")
Visible(c, r) == Has(c, r) \/ (Same(header[r], c) /\ ~IsSettled(header[r]) /\ Says(c))
SnapshotsAreWhole == \A c \in Writers : \A r \in Writes(c) : Visible(c, r) <=> c \in decided

Honest == \A c \in Txns : /\ result[c] = "ok" => c \in decided
                          /\ result[c] = "abort" => c \notin decided

VersionOf(c) == IF c = NoTxn THEN 0 ELSE version[c]
Before(c, d) ==
  \/ \E r \in Rows : \/ r \in Writes(c) /\ r \in Writes(d) /\ version[c] < version[d]
                     \/ r \in Reads(d) /\ value[d][r] = c
                     \/ r \in Reads(c) /\ r \in Writes(d) /\ version[d] > VersionOf(value[c][r])
  \/ c \in seen[d]
\* They can be put in an order that this agrees with.
InOrder(all, IsBefore(_, _)) ==
  \E place \in [all -> 1..Cardinality(all)] :
    \A c, d \in all : c # d => place[c] # place[d] /\ (IsBefore(c, d) => place[c] < place[d])
\* Strictly serializable: the order of the committed ones agrees with their reads, their writes and real time.
Serializable == InOrder(decided, Before)

\* Readers of snapshots have a place in that order: after all that they have seen and that had ended, before all else.
Readers == {s \in Snapshots : snap[s].at = "done"}
Sees(s, c) == \E r \in Rows : <<r, c>> \in snap[s].view
AllBefore(a, b) ==
  CASE a \in Txns /\ b \in Txns -> Before(a, b)
    [] a \in Txns /\ b \in Snapshots -> Sees(b, a) \/ a \in snap[b].seen
    [] a \in Snapshots /\ b \in Txns -> (Writes(b) # {} /\ ~Sees(a, b)) \/ a \in seen[b]
    [] OTHER -> a \in snap[b].seen
ViewsInOrder ==
  /\ \A s \in Readers : \A change \in snap[s].view :
       change[2] \in decided /\ \A r \in Writes(change[2]) : <<r, change[2]>> \in snap[s].view
  /\ Readers # {} => InOrder(decided \cup Readers, AllBefore)

\* No header comes twice.
VersionsGrow == [][\A r \in Rows : header'[r] # header[r] =>
  \/ header'[r].version > header[r].version
  \/ header'[r].version = header[r].version /\ header'[r].txn = header[r].txn /\ ~IsSettled(header[r])]_vars

\* No lock stays for ever.
EndsAtRest == <>[](\A r \in Rows : IsSettled(header[r]))

\* States are told apart by what may matter still: not by what a client has read that can never be committed, nor by calls that nobody
\* awaits and that can never be made, since headers do not recur (VersionsGrow).
IsPast(expected, h) ==
  \/ h.version > expected.version
  \/ h.version = expected.version /\ h # expected /\ (IsSettled(h) \/ h.state = "committed" \/ h.step > expected.step)
MayMatter(call) == \/ IsAwaited(call)
                   \/ IF call.kind = "batch" THEN \A r \in Touched(call.txn) : ~IsPast(call.expects[r], header[r])
                      ELSE ~IsPast(call.expect, header[call.row])
MayBeCommitted(c) == pc[c] # "done" \/ c \in decided \/ \E call \in net : call.txn = c /\ call.kind \in {"decide", "batch"} /\ MayMatter(call)
View ==
  <<store, {[call EXCEPT !.again = @ /\ IsAwaited(call)] : call \in {k \in net : MayMatter(k)}}, pc, shape, version, result, rec,
    snap, decided, mind,
    [c \in Txns |-> IF pc[c] = "done" THEN <<>> ELSE scan[c]],
    [c \in Txns |-> IF MayBeCommitted(c) THEN <<value[c], seen[c]>> ELSE <<>>]>>
=============================================================================

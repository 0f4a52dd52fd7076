--------------------------- MODULE CommitPromises ---------------------------
(* What the commit in two phases promises, in every state and at the end.    *)
EXTENDS TwoPhaseCommit

Has(c, r) == \E a \in applied[r] : a[2] = c
Writers == {c \in Txns : Writes(c) # {}}

\* A committed change is made, or its row is locked for it; nothing else is made.
Atomicity == \A c \in Writers : \A r \in Writes(c) :
  IF c \in decided THEN Has(c, r) \/ (header[r].txn = c /\ ~IsSettled(header[r])) ELSE ~Has(c, r)

\* A snapshot of this state, which looks at the primary's header where it meets a lock, sees all of a transaction or nothing.
Says(c) == LET h == header[Primary(c)] IN h.txn = c /\ (h.state = "committed" \/ h.outcome = "committed")
Visible(c, r) == Has(c, r) \/ (header[r].txn = c /\ ~IsSettled(header[r]) /\ Says(c))
SnapshotsAreWhole == \A c \in Writers : \A r \in Writes(c) : Visible(c, r) <=> c \in decided

Honest == \A c \in Txns : /\ result[c] = "ok" => c \in decided
                          /\ result[c] = "abort" => c \notin decided

VersionOf(c) == IF c = NoTxn THEN 0 ELSE version[c]
Before(c, d) ==
  \/ \E r \in Rows : \/ r \in Writes(c) /\ r \in Writes(d) /\ version[c] < version[d]
                     \/ r \in Reads(d) /\ value[d][r] = c
                     \/ r \in Reads(c) /\ r \in Writes(d) /\ version[d] > VersionOf(value[c][r])
  \/ c \in seen[d]
\* Strictly serializable: the committed ones can be put in an order that their reads, their writes and real time agree with.
Serializable ==
  \E place \in [decided -> 1..Cardinality(decided)] :
    \A c, d \in decided : c # d => place[c] # place[d] /\ (Before(c, d) => place[c] < place[d])

\* No header comes twice.
VersionsGrow == [][\A r \in Rows : header'[r] # header[r] =>
  \/ header'[r].version > header[r].version
  \/ header'[r].version = header[r].version /\ header'[r].txn = header[r].txn /\ ~IsSettled(header[r])]_vars

\* No lock stays for ever.
EndsAtRest == <>[](\A r \in Rows : IsSettled(header[r]))
=============================================================================

--------------------------- MODULE TwoPhaseCommit ---------------------------
(* A commit in two phases over the lock columns of rows, and its recovery.   *)
(*                                                                           *)
(* A step is what one call on one row does, or one decision of a client.     *)
(* Calls are sent, and may be made late, twice or never, with or without an  *)
(* answer. A client that stops takes no more steps. Nobody has a clock: any  *)
(* lock may be taken for abandoned at any time. So whatever holds here holds *)
(* with any clocks, pauses and crashes.                                      *)
EXTENDS Integers, FiniteSets, TLC

CONSTANTS
  Txns,         \* the clients, a transaction each; model values, symmetric
  Recoverers,   \* those who meet locks; an owner that cleans up is one of them
  Snapshots,    \* of the whole store, each with a reader; symmetric
  Rows,         \* 1..N; the primary is the least row that is written
  Shapes,       \* what transactions may do: functions from Rows to
                \* "n" nothing, "r" read, "s" scan, "w" read and write, "b" write,
                \* "p" scan and write
  MaxVersion,   \* up to which version a commit is built anew when a row of it that was not read has changed
  OneBatch,     \* which transactions commit in one batch: "never", "any"
  CallsMax,     \* how many rows are locked in one round
  MaxBeats,     \* how often an owner shows that it lives
  Duplicates,   \* whether calls may be made twice
  SecondAnswers, \* whether the answer may then be that of the second time
  NoTxn,
  \* Faults that are planted, to see that the properties below notice them:
  BugNoFence, BugValidateFirst, BugRestoreOnAbort, BugFreePrimaryFirst,
  BugConflictUnread, BugNoRescan, BugNoRedoCondition, BugCommitEarly,
  BugIgnoreUndecided, BugAbortUnasked, BugBlindBeat, BugBatchOfWrites, BugHeldUnread

VARIABLES
  header,   \* of each row
  intents,  \* of each row, beside a lock
  applied,  \* of each row: <<version, transaction>> of every change made
  net,      \* the calls under way
  pc, shape, met, value, version, answer, step, todo, result, \* clients
  rec,      \* recoverers
  snap,     \* readers of snapshots
  scan,     \* of each client: the headers of rows that it scans and writes
  decided, seen \* history: who is committed; who had been, when one began

store == <<header, intents, applied>>
vars == <<header, intents, applied, net, pc, shape, met, value, version,
          answer, step, todo, result, rec, snap, scan, decided, seen>>

Min(S) == CHOOSE x \in S : \A y \in S : x <= y
Max(S) == CHOOSE x \in S : \A y \in S : x >= y

(* ------------------------------------------------------------------ locks *)
None == [state |-> "none", outcome |-> "-", version |-> 0, txn |-> NoTxn, step |-> 0]
Stable(t, v, o) == [state |-> "stable", outcome |-> o, version |-> v, txn |-> t, step |-> 0]
Prewritten(t, v, n) == [state |-> "prewritten", outcome |-> "-", version |-> v, txn |-> t, step |-> n]
Committed(t, v, n) == [state |-> "committed", outcome |-> "-", version |-> v, txn |-> t, step |-> n]
IsSettled(h) == h.state \in {"none", "stable"}
NoIntents == [primary |-> 0, expected |-> None, secondaries |-> {}, depends |-> FALSE, old |-> None]
Unread == [None EXCEPT !.state = "unread"]

Touched(c)   == {r \in Rows : shape[c][r] # "n"}
Writes(c)    == {r \in Rows : shape[c][r] \in {"w", "b", "p"}}
Reads(c)     == {r \in Rows : shape[c][r] \in {"r", "s", "w", "p"}}
\* Rows that are read and not written: their headers are looked at once more. A row of a scanned range that is written without having been
\* read by itself must have been locked as it was scanned.
Validated(c) == {r \in Rows : shape[c][r] = "r" \/ (shape[c][r] \in {"s", "p"} /\ ~BugNoRescan)}
Blind(c) == {r \in Rows : shape[c][r] \in {"b", "p"}}
Primary(c)   == Min(Writes(c))
IsAlone(c)   == Cardinality(Writes(c)) = 1 /\ Touched(c) = Writes(c)
Secondaries(c) == Writes(c) \ {Primary(c)}
\* Whether it has read what it does not write: its primary's intents say so.
Depends(c)   == \E r \in Rows : shape[c][r] \in {"r", "s", "p"}
Newest(r)    == (CHOOSE a \in applied[r] : \A b \in applied[r] : a[1] >= b[1])[2]

Init ==
  /\ header = [r \in Rows |-> None]
  /\ intents = [r \in Rows |-> NoIntents]
  /\ applied = [r \in Rows |-> {<<0, NoTxn>>}]
  /\ net = {}
  /\ pc = [c \in Txns |-> "read"]
  /\ shape \in [Txns -> Shapes]
  /\ met = [c \in Txns |-> [r \in Rows |-> Unread]]
  /\ value = [c \in Txns |-> [r \in Rows |-> NoTxn]]
  /\ version = [c \in Txns |-> 0]
  /\ answer = [c \in Txns |-> [r \in Rows |-> "-"]]
  /\ step = [c \in Txns |-> 0]
  /\ todo = [c \in Txns |-> {}]
  /\ result = [c \in Txns |-> "-"]
  /\ rec = [x \in Recoverers |-> [at |-> "idle"]]
  /\ snap = [s \in Snapshots |-> [at |-> "none"]]
  /\ scan = [c \in Txns |-> [r \in Rows |-> Unread]]
  /\ decided = {}
  /\ seen = [c \in Txns |-> {}]

\* Of whom it is known that they came before whatever begins now.
Ended == {d \in Txns : result[d] = "ok"} \cup {s \in Snapshots : snap[s].at = "done"}

\* What a client keeps while it is under way.
mind == <<met, answer, step, todo>>
Finish(c, r) == /\ pc' = [pc EXCEPT ![c] = "done"]
                /\ result' = [result EXCEPT ![c] = r]
                /\ met' = [met EXCEPT ![c] = [q \in Rows |-> Unread]]
                /\ answer' = [answer EXCEPT ![c] = [q \in Rows |-> "-"]]
                /\ step' = [step EXCEPT ![c] = 0]
                /\ todo' = [todo EXCEPT ![c] = {}]

\* Whether a header is one of the commit as it was built last.
Same(h, c) == h.txn = c /\ h.version = version[c]
\* What a header says of its transaction, if it is the primary's.
Own(h) == IF h.state = "prewritten" THEN "undecided"
          ELSE IF h.state = "committed" \/ h.outcome = "committed" THEN "committed" ELSE "aborted"
\* What the primary's header says of the transaction that owns a lock; it may still come when it is as the transaction expects it.
Decision(lock, i) ==
  LET h == header[i.primary] IN
  IF h.txn = lock.txn /\ h.version = lock.version THEN Own(h) ELSE IF h = i.expected /\ ~BugNoFence THEN "undecided" ELSE "aborted"

(* --------------------------------------------------------------- the client *)
\* It ends without being committed, and frees the rows that it holds. A lock of the primary that may still come is fenced; others that may
\* still come find that, or are met by somebody.
Free(c, r, held) ==
  [kind |-> "free", txn |-> c, row |-> r, expect |-> held, new |-> Stable(c, version[c], "aborted"),
   intents |-> NoIntents, applies |-> FALSE, again |-> FALSE]
Frees(c, rows) == {Free(c, r, Prewritten(c, version[c], IF r = Primary(c) THEN step[c] ELSE 0)) : r \in rows}
Held(c) == {r \in Writes(c) : answer[c][r] = "yes" \/ (pc[c] = "beat" /\ r = Primary(c))}
Fence(c) == IF pc[c] = "prewrite" /\ answer[c][Primary(c)] = "-" THEN {Free(c, Primary(c), met[c][Primary(c)])} ELSE {}
Abort(c) == /\ Finish(c, "abort")
            /\ net' = net \cup Frees(c, Held(c)) \cup Fence(c)

\* A row that was written without having been read has changed: it is read again, and the commit built anew, under a greater version.
Again(c) == /\ version[c] < MaxVersion
            /\ pc' = [pc EXCEPT ![c] = "read"]
            /\ met' = [met EXCEPT ![c] = [q \in Rows |-> IF q \in Blind(c) THEN Unread ELSE met[c][q]]]
            /\ answer' = [answer EXCEPT ![c] = [q \in Rows |-> "-"]]
            /\ step' = [step EXCEPT ![c] = 0]
            /\ todo' = [todo EXCEPT ![c] = {}]
            /\ net' = net \cup Frees(c, Held(c)) \cup Fence(c)
            /\ UNCHANGED result

\* A row is read with its header; one that is locked has to be waited for.
Read(c, r) ==
  /\ pc[c] = "read" /\ r \in Touched(c) /\ met[c][r] = Unread /\ IsSettled(header[r])
  /\ seen' = IF version[c] = 0 /\ \A q \in Rows : met[c][q] = Unread
             THEN [seen EXCEPT ![c] = Ended] ELSE seen
  /\ met' = [met EXCEPT ![c][r] = header[r]]
  /\ value' = IF r \in Reads(c) /\ version[c] = 0 THEN [value EXCEPT ![c][r] = Newest(r)] ELSE value
  /\ scan' = IF shape[c][r] = "p" /\ version[c] = 0 THEN [scan EXCEPT ![c][r] = header[r]] ELSE scan
  /\ UNCHANGED <<store, net, pc, shape, version, answer, step, todo, result, rec, snap, decided>>

Prewrite(c, r, v) ==
  [kind |-> "prewrite", txn |-> c, row |-> r, expect |-> met[c][r], new |-> Prewritten(c, v, 0),
   intents |-> [primary |-> Primary(c), expected |-> met[c][Primary(c)],
                secondaries |-> IF r = Primary(c) THEN Secondaries(c) ELSE {},
                depends |-> r = Primary(c) /\ Depends(c),
                old |-> met[c][r]],
   applies |-> FALSE, again |-> FALSE]

\* The next rows that are locked at once; the primary is among the first.
Round(rows) == {r \in rows : Cardinality({q \in rows : q < r}) < CallsMax}
Unsent(c) == {r \in Writes(c) : answer[c][r] = "unsent"}

Start(c) ==
  /\ pc[c] = "read" /\ \A r \in Touched(c) : met[c][r] # Unread
  /\ LET v == Max({met[c][r].version : r \in Touched(c)} \cup {version[c]}) + 1 IN
     /\ version' = [version EXCEPT ![c] = v]
     /\ answer' = [answer EXCEPT ![c] = [r \in Rows |-> IF r \in Writes(c) \ Round(Writes(c)) THEN "unsent" ELSE "-"]]
     /\ todo' = [todo EXCEPT ![c] = Validated(c)]
     /\ IF Writes(c) = {} THEN pc' = [pc EXCEPT ![c] = "check"] /\ UNCHANGED net
        ELSE IF IsAlone(c)
        \* One row: the condition, the header and the changes in one call.
        THEN /\ pc' = [pc EXCEPT ![c] = "decide"]
             /\ net' = net \cup {[kind |-> "decide", txn |-> c, row |-> Primary(c),
                                  expect |-> met[c][Primary(c)], new |-> Stable(c, v, "committed"),
                                  intents |-> NoIntents, applies |-> TRUE, again |-> FALSE]}
        ELSE /\ pc' = [pc EXCEPT ![c] = "prewrite"]
             /\ net' = net \cup {Prewrite(c, r, v) : r \in Round(Writes(c))}
  /\ UNCHANGED <<store, shape, scan, met, value, step, result, rec, snap, decided, seen>>

\* The other way to commit: a store that can, compares and changes all rows in one step.
StartBatch(c) ==
  /\ OneBatch = "any" /\ pc[c] = "read" /\ Writes(c) # {} /\ \A r \in Touched(c) : met[c][r] # Unread
  /\ LET v == Max({met[c][r].version : r \in Touched(c)} \cup {version[c]}) + 1 IN
     /\ version' = [version EXCEPT ![c] = v]
     /\ pc' = [pc EXCEPT ![c] = "batch"]
     /\ net' = net \cup {[kind |-> "batch", txn |-> c, row |-> Primary(c), expect |-> met[c][Primary(c)],
                          new |-> Stable(c, v, "committed"), again |-> FALSE,
                          \* Of a range that was scanned no row may have changed since.
                          expects |-> [r \in Rows |-> IF shape[c][r] = "p" THEN scan[c][r] ELSE met[c][r]]]}
  /\ UNCHANGED <<store, shape, scan, met, value, answer, step, todo, result, rec, snap, decided, seen>>

\* A refusal is read again before it is believed: it may come of the call itself, made twice. So is a row whose call goes unanswered;
\* the owner may give up on that.
LookAgain(c, r) ==
  /\ pc[c] = "prewrite" /\ answer[c][r] \in {"-", "no"}
  /\ IF header[r] = Prewritten(c, version[c], 0)
     THEN answer' = [answer EXCEPT ![c][r] = "yes"] /\ UNCHANGED <<net, pc, met, step, todo, result>>
     ELSE answer[c][r] = "no" /\ (Abort(c) \/ (r \in Blind(c) /\ Again(c)))
  /\ UNCHANGED <<store, shape, scan, value, version, rec, snap, decided, seen>>

\* All of a round are held.
IsBetweenRounds(c) == pc[c] = "prewrite" /\ \A r \in Writes(c) : answer[c][r] \in {"yes", "unsent"}

NextRound(c) ==
  /\ IsBetweenRounds(c) /\ Unsent(c) # {}
  /\ LET rows == Round(Unsent(c)) IN
     /\ answer' = [answer EXCEPT ![c] = [r \in Rows |-> IF r \in rows THEN "-" ELSE @[r]]]
     /\ net' = net \cup {Prewrite(c, r, version[c]) : r \in rows}
  /\ UNCHANGED <<store, pc, shape, scan, met, value, version, step, todo, result, rec, snap, decided, seen>>

AllLocked(c) ==
  /\ pc[c] = "prewrite"
  /\ \A r \in Writes(c) : answer[c][r] = "yes" \/ (BugCommitEarly /\ r # Primary(c))
  /\ pc' = [pc EXCEPT ![c] = "check"]
  /\ UNCHANGED <<store, net, shape, scan, met, value, version, answer, step, todo, result, rec, snap, decided, seen>>

Check(c, r) ==
  /\ pc[c] = "check" \/ (BugValidateFirst /\ pc[c] = "prewrite")
  /\ r \in todo[c]
  /\ IF IF r \in Writes(c) THEN met[c][r] = scan[c][r] \/ BugHeldUnread ELSE header[r] = met[c][r]
     THEN todo' = [todo EXCEPT ![c] = @ \ {r}] /\ UNCHANGED <<net, pc, met, answer, step, result>>
     ELSE Abort(c)
  /\ UNCHANGED <<store, shape, scan, value, version, rec, snap, decided, seen>>

\* It shows that it lives: between rounds, and while it looks at what it read; before the decision, so that it never meets its own.
Beat(c) ==
  /\ step[c] < MaxBeats
  /\ IsBetweenRounds(c) \/ (pc[c] = "check" /\ Writes(c) # {} /\ \A r \in Writes(c) : answer[c][r] = "yes")
  /\ LET p == Primary(c) IN
     /\ pc' = [pc EXCEPT ![c] = "beat"]
     /\ answer' = [answer EXCEPT ![c][p] = "-"]
     /\ net' = net \cup
          {[kind |-> "beat", txn |-> c, row |-> p, expect |-> Prewritten(c, version[c], step[c]),
            new |-> Prewritten(c, version[c], step[c] + 1),
            intents |-> Prewrite(c, p, version[c]).intents, applies |-> FALSE, again |-> FALSE]}
  /\ UNCHANGED <<store, shape, scan, met, value, version, step, todo, result, rec, snap, decided, seen>>

\* After a refusal, or when no answer comes, the primary is looked at; the owner gives up when it does not find what it has written.
Beaten(c) ==
  /\ pc[c] = "beat"
  /\ LET p == Primary(c) IN
     IF answer[c][p] = "yes" \/ header[p] = Prewritten(c, version[c], step[c] + 1)
     THEN /\ pc' = [pc EXCEPT ![c] = "prewrite"]
          /\ answer' = [answer EXCEPT ![c][p] = "yes"]
          /\ step' = [step EXCEPT ![c] = @ + 1]
          /\ UNCHANGED <<net, met, todo, result>>
     ELSE Abort(c)
  /\ UNCHANGED <<store, shape, scan, value, version, rec, snap, decided, seen>>

Decide(c) ==
  /\ pc[c] = "check" /\ todo[c] = {}
  /\ IF Writes(c) = {}
     THEN /\ Finish(c, "ok") /\ decided' = decided \cup {c} /\ UNCHANGED net
     ELSE LET p == Primary(c) alone == Secondaries(c) = {} IN
          /\ pc' = [pc EXCEPT ![c] = "decide"]
          /\ answer' = [answer EXCEPT ![c][p] = "-"]
          /\ net' = net \cup
               {[kind |-> "decide", txn |-> c, row |-> p,
                 expect |-> Prewritten(c, version[c], step[c]),
                 new |-> IF alone THEN Stable(c, version[c], "committed")
                         ELSE Committed(c, version[c], step[c] + 1),
                 intents |-> IF alone THEN NoIntents
                             ELSE [primary |-> p, expected |-> met[c][p],
                                   secondaries |-> Secondaries(c), depends |-> Depends(c),
                                   old |-> met[c][p]],
                 applies |-> alone, again |-> FALSE]}
          /\ UNCHANGED <<met, step, todo, result, decided>>
  /\ UNCHANGED <<store, shape, scan, value, version, rec, snap, seen>>

\* Yes is yes. After a refusal, or when no answer comes, the primary is asked. Of one row alone a refusal is believed after one look at
\* the row, which relies on a store that never gives the second answer: others may have written the row after the first.
Answered(c) ==
  /\ pc[c] = "decide"
  /\ IF answer[c][Primary(c)] = "yes" THEN Finish(c, "ok") /\ UNCHANGED net
     ELSE IF answer[c][Primary(c)] = "no" /\ BugConflictUnread THEN Finish(c, "abort") /\ UNCHANGED net
     ELSE IF answer[c][Primary(c)] = "no" /\ IsAlone(c)
     THEN LET h == header[Primary(c)] IN
          /\ Finish(c, IF Same(h, c) /\ Own(h) = "committed" THEN "ok" ELSE "abort") /\ UNCHANGED net
     ELSE IF BugAbortUnasked THEN Finish(c, "unknown") /\ net' = net \cup Frees(c, Held(c) \ {Primary(c)})
     ELSE pc' = [pc EXCEPT ![c] = "ask"] /\ UNCHANGED <<net, result, mind>>
  /\ UNCHANGED <<store, shape, scan, value, version, rec, snap, decided, seen>>

\* The same of a batch: its rows bear one header, and the first of them is looked at.
AnsweredBatch(c) ==
  /\ pc[c] = "batch"
  /\ LET h == header[Primary(c)] said == answer[c][Primary(c)] IN
     IF said = "yes" THEN Finish(c, "ok")
     ELSE IF said = "no" THEN Finish(c, IF Same(h, c) /\ Own(h) = "committed" THEN "ok" ELSE "abort")
     ELSE pc' = [pc EXCEPT ![c] = "ask"] /\ UNCHANGED <<result, mind>>
  /\ UNCHANGED <<store, net, shape, scan, value, version, rec, snap, decided, seen>>

\* What the primary says, and, while it says nothing, a fence against the call that may still be under way.
Ask(c) ==
  /\ pc[c] = "ask"
  /\ LET p == Primary(c) h == header[p] IN
     IF Same(h, c) /\ Own(h) # "undecided" THEN Finish(c, IF Own(h) = "committed" THEN "ok" ELSE "abort")
     ELSE IF Same(h, c) \/ h = met[c][p]
     THEN /\ pc' = [pc EXCEPT ![c] = "settle"]
          /\ met' = [met EXCEPT ![c][p] = h] /\ UNCHANGED <<answer, step, todo, result>>
     ELSE Finish(c, "unknown")
  /\ UNCHANGED <<store, net, shape, scan, value, version, rec, snap, decided, seen>>

Settle(c) ==
  /\ pc[c] = "settle"
  /\ LET p == Primary(c) IN
     IF header[p] = met[c][p]
     THEN /\ header' = [header EXCEPT ![p] = Stable(c, version[c], "aborted")]
          /\ intents' = [intents EXCEPT ![p] = NoIntents]
          /\ Finish(c, "abort")
          /\ net' = net \cup Frees(c, Held(c) \ {Primary(c)})
     ELSE pc' = [pc EXCEPT ![c] = "ask"] /\ UNCHANGED <<header, intents, net, result, mind>>
  /\ UNCHANGED <<applied, shape, scan, value, version, rec, snap, decided, seen>>

\* It gives up, having met a conflict or its deadline; or stops, and nobody is told anything.
GiveUp(c) ==
  /\ pc[c] \in {"read", "prewrite", "beat", "check"} /\ Abort(c)
  /\ UNCHANGED <<store, shape, scan, value, version, rec, snap, decided, seen>>
Stop(c) ==
  /\ pc[c] \in {"prewrite", "beat", "check", "decide", "batch", "ask", "settle"} /\ Finish(c, "stopped")
  /\ UNCHANGED <<store, net, shape, scan, value, version, rec, snap, decided, seen>>

(* ------------------------------------------------------------------- calls *)
\* Its client wants to know what has become of it.
IsAwaited(call) == /\ pc[call.txn] = call.kind /\ call.new.version = version[call.txn] /\ answer[call.txn][call.row] = "-"

\* A call is made: with an answer or without, for the last time or not.
Make(call, isAnswered, isLast) ==
  /\ call \in net /\ call.kind # "batch"
  /\ isLast \/ Duplicates
  /\ isAnswered => IsAwaited(call) /\ ~call.again
  /\ net' = (net \ {call}) \cup (IF isLast THEN {} ELSE {[call EXCEPT !.again = ~SecondAnswers]})
  /\ LET c == call.txn holds == header[call.row] = call.expect \/ (BugBlindBeat /\ call.kind = "beat") IN
     /\ IF holds
        THEN /\ header' = [header EXCEPT ![call.row] = call.new]
             /\ intents' = [intents EXCEPT ![call.row] = call.intents]
             /\ applied' = IF call.applies
                           THEN [applied EXCEPT ![call.row] = @ \cup {<<call.new.version, c>>}] ELSE applied
             /\ decided' = IF call.kind = "decide" THEN decided \cup {c} ELSE decided
        ELSE UNCHANGED <<store, decided>>
     /\ answer' = IF isAnswered THEN [answer EXCEPT ![c][call.row] = IF holds THEN "yes" ELSE "no"]
                  ELSE answer
  /\ UNCHANGED <<pc, shape, scan, met, value, version, step, todo, result, rec, snap, seen>>

MakeBatch(call, isAnswered, isLast) ==
  /\ call \in net /\ call.kind = "batch"
  /\ isLast \/ Duplicates
  /\ isAnswered => IsAwaited(call) /\ ~call.again
  /\ net' = (net \ {call}) \cup (IF isLast THEN {} ELSE {[call EXCEPT !.again = ~SecondAnswers]})
  /\ LET c == call.txn
         compared == IF BugBatchOfWrites THEN Writes(c) ELSE Touched(c)
         holds == \A r \in compared : header[r] = call.expects[r] IN
     /\ IF holds
        THEN /\ header' = [r \in Rows |-> IF r \in Writes(c) THEN call.new ELSE header[r]]
             /\ applied' = [r \in Rows |-> IF r \in Writes(c) THEN applied[r] \cup {<<call.new.version, c>>} ELSE applied[r]]
             /\ decided' = decided \cup {c}
             /\ UNCHANGED intents
        ELSE UNCHANGED <<store, decided>>
     /\ answer' = IF isAnswered THEN [answer EXCEPT ![c][call.row] = IF holds THEN "yes" ELSE "no"]
                  ELSE answer
  /\ UNCHANGED <<pc, shape, scan, met, value, version, step, todo, result, rec, snap, seen>>

(* ------------------------------------------------------------- recoverers *)
Become(x, state) == rec' = [rec EXCEPT ![x] = state]
Idle(x) == Become(x, [at |-> "idle"])
UnchangedClients == UNCHANGED <<net, pc, shape, scan, met, value, version, answer, step, todo, result, snap, decided, seen>>

Meet(x, r) ==
  /\ rec[x].at = "idle" /\ ~IsSettled(header[r])
  /\ LET h == header[r] i == intents[r] IN
     Become(x, IF h.state = "committed" THEN [at |-> "roll", row |-> r, lock |-> h, todo |-> i.secondaries]
               ELSE IF i.primary = r THEN [at |-> "kill", row |-> r, lock |-> h, txn |-> h.txn, version |-> h.version]
               ELSE [at |-> "ask", row |-> r, lock |-> h, intents |-> i])
  /\ UNCHANGED store /\ UnchangedClients

\* The decision is consulted first.
AskPrimary(x) ==
  /\ rec[x].at = "ask"
  /\ LET i == rec[x].intents l == rec[x].lock said == Decision(l, i)
         end(where) == [at |-> where, row |-> rec[x].row, lock |-> l, intents |-> i] IN
     Become(x, CASE said = "committed" -> end("forward") [] said = "aborted" -> end("back")
               [] OTHER -> [at |-> "kill", row |-> i.primary, lock |-> header[i.primary],
                            txn |-> l.txn, version |-> l.version])
  /\ UNCHANGED store /\ UnchangedClients

\* The primary is moved on: from its lock, or, where it has none yet, from what the transaction expects (the fence).
Kill(x) ==
  /\ rec[x].at = "kill"
  /\ LET r == rec[x].row IN
     IF header[r] = rec[x].lock
     THEN /\ header' = [header EXCEPT ![r] = IF BugRestoreOnAbort /\ rec[x].lock.state = "prewritten"
                                             THEN intents[r].old
                                             ELSE Stable(rec[x].txn, rec[x].version, "aborted")]
          /\ intents' = [intents EXCEPT ![r] = NoIntents]
     ELSE UNCHANGED <<header, intents>>
  /\ Idle(x) /\ UNCHANGED applied /\ UnchangedClients

Forwarded(r, l) == /\ header' = [header EXCEPT ![r] = Stable(l.txn, l.version, "committed")]
                   /\ intents' = [intents EXCEPT ![r] = NoIntents]
                   /\ applied' = [applied EXCEPT ![r] = @ \cup {<<l.version, l.txn>>}]

Forward(x) ==
  /\ rec[x].at = "forward"
  /\ IF header[rec[x].row] = rec[x].lock \/ BugNoRedoCondition
     THEN Forwarded(rec[x].row, rec[x].lock) ELSE UNCHANGED store
  /\ Idle(x) /\ UnchangedClients

Back(x) ==
  /\ rec[x].at = "back"
  /\ LET r == rec[x].row l == rec[x].lock IN
     IF header[r] = l
     THEN /\ header' = [header EXCEPT ![r] = IF BugRestoreOnAbort THEN rec[x].intents.old
                                             ELSE Stable(l.txn, l.version, "aborted")]
          /\ intents' = [intents EXCEPT ![r] = NoIntents]
     ELSE UNCHANGED <<header, intents>>
  /\ Idle(x) /\ UNCHANGED applied /\ UnchangedClients

\* A committed primary: every secondary first, then itself.
RollSecondary(x, s) ==
  /\ rec[x].at = "roll" /\ s \in rec[x].todo
  /\ LET l == Prewritten(rec[x].lock.txn, rec[x].lock.version, 0) IN
     IF header[s] = l THEN Forwarded(s, l) ELSE UNCHANGED store
  /\ Become(x, [rec[x] EXCEPT !.todo = @ \ {s}]) /\ UnchangedClients

RollPrimary(x) ==
  /\ rec[x].at = "roll" /\ (rec[x].todo = {} \/ BugFreePrimaryFirst)
  /\ IF header[rec[x].row] = rec[x].lock THEN Forwarded(rec[x].row, rec[x].lock) ELSE UNCHANGED store
  /\ Idle(x) /\ UnchangedClients

(* ---------------------------------------------------- readers of snapshots *)
\* Whether a lock's transaction, undecided at the snapshot, may come before others that the snapshot sees: when it held all of
\* its rows, it may have looked at what it depends on before those others wrote it.
MayBeBefore(lock, i) ==
  LET p == i.primary IN
  /\ header[p].txn = lock.txn /\ header[p].version = lock.version /\ intents[p].depends /\ ~BugIgnoreUndecided
  /\ \A s \in intents[p].secondaries : header[s].txn = lock.txn /\ header[s].version = lock.version

\* The snapshot is taken, and all rows are read at it. Each change that is seen stands with its row; those of which it depends on a
\* decision yet to come, too.
Pin(s) ==
  /\ snap[s].at = "none"
  /\ LET locked == {r \in Rows : ~IsSettled(header[r])}
         said(r) == Decision(header[r], intents[r])
         made == {<<r, c>> \in Rows \X Txns : \E a \in applied[r] : a[2] = c}
         intended == {<<r, header[r].txn>> : r \in {q \in locked : said(q) = "committed"}}
         doubted == {<<r, header[r].txn>> : r \in
                     {q \in locked : said(q) = "undecided" /\ MayBeBefore(header[q], intents[q])}} IN
     snap' = [snap EXCEPT ![s] = [at |-> IF doubted = {} THEN "done" ELSE "wait",
                                  view |-> made \cup intended, doubt |-> doubted, seen |-> Ended]]
  /\ UNCHANGED <<store, rec>> /\ UNCHANGED <<net, pc, shape, scan, met, value, version, answer, step, todo, result, decided, seen>>

\* The decision that was waited for; when the primary tells it no more the reader fails.
Wait(s, change) ==
  /\ snap[s].at = "wait" /\ change \in snap[s].doubt
  /\ LET c == change[2] h == header[Primary(c)] left == snap[s].doubt \ {change} IN
     IF Same(h, c)
     THEN /\ Own(h) # "undecided"
          /\ snap' = [snap EXCEPT ![s].doubt = left, ![s].at = IF left = {} THEN "done" ELSE "wait",
                                  ![s].view = IF Own(h) = "committed" THEN @ \cup {change} ELSE @]
     ELSE snap' = [snap EXCEPT ![s] = [at |-> "failed"]]
  /\ UNCHANGED <<store, rec>> /\ UNCHANGED <<net, pc, shape, scan, met, value, version, answer, step, todo, result, decided, seen>>

(* ------------------------------------------------------------------- steps *)
Client(c) == \/ \E r \in Rows : Read(c, r) \/ LookAgain(c, r) \/ Check(c, r)
             \/ Start(c) \/ StartBatch(c) \/ AnsweredBatch(c) \/ NextRound(c) \/ AllLocked(c) \/ Beat(c) \/ Beaten(c) \/ Decide(c) \/ Answered(c) \/ Ask(c) \/ Settle(c)
             \/ GiveUp(c) \/ Stop(c)
Recover(x) == \/ \E r \in Rows : Meet(x, r) \/ RollSecondary(x, r)
              \/ AskPrimary(x) \/ Kill(x) \/ Forward(x) \/ Back(x) \/ RollPrimary(x)
Calls == \E call \in net : \E isAnswered, isLast \in BOOLEAN : Make(call, isAnswered, isLast) \/ MakeBatch(call, isAnswered, isLast)
Reader(s) == Pin(s) \/ \E change \in Rows \X Txns : Wait(s, change)
AtRest == /\ \A c \in Txns : pc[c] = "done"
          /\ net = {} /\ \A r \in Rows : IsSettled(header[r])
          /\ \A x \in Recoverers : rec[x].at = "idle"
          /\ \A s \in Snapshots : snap[s].at \in {"done", "failed"}
Next == (\E c \in Txns : Client(c)) \/ (\E x \in Recoverers : Recover(x)) \/ Calls
        \/ (\E s \in Snapshots : Reader(s)) \/ (AtRest /\ UNCHANGED vars)
Spec == Init /\ [][Next]_vars
\* Everybody gets on; calls end.
FairSpec == /\ Spec
            /\ \A c \in Txns : WF_vars(Client(c))
            /\ \A x \in Recoverers : WF_vars(Recover(x))
            /\ \A s \in Snapshots : WF_vars(Reader(s))
            /\ WF_vars(Calls)
=============================================================================

---------------------------- MODULE LogRecovery ----------------------------
(* The write-ahead log, the MANIFEST, and what a store is after a crash.     *)
(*                                                                           *)
(* A step is one call of the file system that changes what a crash leaves,   *)
(* or one change under the sequencer's lock. A kill leaves what was written; *)
(* a power cut leaves of each unsynced slot of the log the old, the new or   *)
(* neither, and of names and edits that were not synced what it likes.       *)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  Groups,          \* locality groups, of one region or of several; symmetric
  Shapes,          \* which groups a batch may touch
  Durabilities,    \* what commits ask for: "memory", "os", "disk"
  SegmentRecords,  \* how many records a log segment takes
  Uneven,          \* whether it may be full with fewer, since records differ in size
  MaxBatches, MaxSegments, MaxSpares, MaxKills, MaxCuts, MaxFailures,
  \* Faults that are planted, to see that the properties below notice them:
  BugTableBeforeLog, BugNextBeforeSync, BugFreeEarly, BugSealedPinNothing, BugStaleAccepted,
  BugNoDirectorySync, BugReplayUnsynced, BugReplayNotFlushed, BugReplayByGroup, BugRemoveFirst,
  BugSyncAgain, BugResumeOldLog, BugOneHeaderless

VARIABLES
  \* What is on the disk, or in the memory of the operating system.
  log,       \* the segments, by number: what their slots hold now, what is on disk, which are unsynced
  fresh,     \* names given and not durable yet: <<the number, that which the file had before, or 0>>
  gone,      \* names removed, and not durably
  manifest,  \* the state that the MANIFEST describes: on disk, and with the edit that is not synced yet
  \* What the process knows.
  phase,
  mem,       \* for each group: the active memtable, the first segment that it needs, those that wait, newest first
  live, spares,               \* segments that are needed, oldest first; segments to be used again
  end, syncedEnd, previous,   \* of the segment being written; the one before it, and where that ended
  turn,                       \* the next segment, named and not begun
  next, logNumber,            \* the next number of a file; the segment that the next record may go to
  written, synced,            \* through which batch the log is written and synced
  isBroken,                   \* whether a sync of the log has failed
  work,                       \* the background's: an edit that is not synced, or what follows it
  \* History.
  order,                      \* the batches in the order of the log
  mustOs, mustDisk,           \* through which batch a kill and a power cut must leave all
  found, known,               \* what a recovery has found, and what there had been
  batches, kills, cuts, failures

disks == <<log, fresh, gone, manifest>>
segments == <<live, spares, end, syncedEnd, previous, turn, next, logNumber>>
marks == <<written, synced, isBroken>>
history == <<mustOs, mustDisk, found, known>>
counts == <<batches, kills, cuts, failures>>
vars == <<disks, phase, mem, segments, marks, work, order, history, counts>>

Min(S) == CHOOSE x \in S : \A y \in S : x <= y
Max(S) == CHOOSE x \in S : \A y \in S : x >= y
Last(s) == s[Len(s)]
Front(s) == SubSeq(s, 1, Len(s) - 1)
Range(s) == {s[i] : i \in 1..Len(s)}
Without(f, S) == [x \in (DOMAIN f) \ S |-> f[x]]

(* -------------------------------------------------------------------- files *)
Slots == 1..(SegmentRecords + 1)
NoRecord == [id |-> 0, seq |-> 0, parts |-> {}, durability |-> "-"]
\* A slot holds a header, a record, or what is no chunk; each chunk bears its segment's number, and what was known to be synced.
Nothing == [number |-> 0, record |-> NoRecord, previous |-> 0, end |-> 0, claims |-> 0]
Header(n, p) == [number |-> n, record |-> NoRecord, previous |-> p[1], end |-> p[2], claims |-> 0]
Chunk(n, r, c) == [number |-> n, record |-> r, previous |-> 0, end |-> 0, claims |-> c]
EmptyFile == [now |-> [i \in Slots |-> Nothing], disk |-> [i \in Slots |-> Nothing], dirty |-> {}]
Synced(f) == [f EXCEPT !.disk = [i \in Slots |-> IF i \in f.dirty THEN f.now[i] ELSE f.disk[i]], !.dirty = {}]
\* A failed sync: some pages were not written, and the system takes them for clean from now on.
SyncedBut(f, lost) ==
  [f EXCEPT !.disk = [i \in Slots |-> IF i \in f.dirty \ lost THEN f.now[i] ELSE f.disk[i]], !.dirty = {}]
Current == Last(live)

(* ---------------------------------------------------------------- memtables *)
NoMemory == [g \in Groups |-> [active |-> {}, first |-> 0, sealed |-> <<>>]]
Memtables(g) == {[records |-> mem[g].active, first |-> mem[g].first]} \cup Range(mem[g].sealed)
InMemory(g) == UNION {t.records : t \in Memtables(g)}
NoState == [files |-> [g \in Groups |-> {}], through |-> [g \in Groups |-> 0], min |-> 0, next |-> 2]
Idle == [at |-> "idle", group |-> {}, number |-> 0]

Init ==
  /\ log = (1 :> EmptyFile) /\ fresh = {} /\ gone = {}
  /\ manifest = [disk |-> NoState, now |-> NoState]
  /\ phase = "open" /\ mem = NoMemory
  /\ live = <<1>> /\ spares = <<>> /\ end = 0 /\ syncedEnd = 0 /\ previous = <<0, 0>> /\ turn = 0
  /\ next = 2 /\ logNumber = 1
  /\ written = 0 /\ synced = 0 /\ isBroken = FALSE
  /\ work = Idle /\ order = <<>>
  /\ mustOs = 0 /\ mustDisk = 0 /\ found = {} /\ known = {}
  /\ batches = 0 /\ kills = 0 /\ cuts = 0 /\ failures = 0

(* ------------------------------------------------------------------ commits *)
\* Under the sequencer's lock: in order, in the memtables, in the queue.
Commit(parts, durability) ==
  /\ phase = "open" /\ batches < MaxBatches
  /\ LET r == [id |-> batches + 1, seq |-> Len(order) + 1, parts |-> parts, durability |-> durability] IN
     /\ order' = Append(order, r)
     /\ mem' = [g \in Groups |-> IF g \notin parts THEN mem[g]
                ELSE [mem[g] EXCEPT !.active = @ \cup {r}, !.first = IF mem[g].active = {} THEN logNumber ELSE @]]
  /\ batches' = batches + 1
  /\ UNCHANGED <<disks, phase, segments, marks, work, history, kills, cuts, failures>>

\* Who is answered when the log is written through w and synced through s: those before whom all have what they asked for.
Has(i, w, s) == CASE order[i].durability = "memory" -> TRUE
                  [] order[i].durability = "os" -> i <= w
                  [] order[i].durability = "disk" -> i <= s
Answered(w, s, durability) ==
  {q \in 1..Len(order) : order[q].durability = durability /\ \A i \in 1..q : Has(i, w, s)}
Answer(w, s) == /\ mustOs' = Max({mustOs} \cup Answered(w, s, "os"))
                /\ mustDisk' = Max({mustDisk} \cup Answered(w, s, "disk"))

(* ------------------------------------------------------------------ the log *)
IsWriting == phase \in {"open", "halted"} /\ ~isBroken /\ turn = 0
IsFull == end = SegmentRecords + 1

\* A record is written; the first one of a segment with the segment's header.
Write ==
  /\ IsWriting /\ written < Len(order) /\ ~IsFull
  /\ LET place == IF end = 0 THEN 2 ELSE end + 1
         chunk == Chunk(Current, order[written + 1], syncedEnd)
         f == log[Current] IN
     /\ log' = [log EXCEPT ![Current] =
          IF end = 0
          THEN [f EXCEPT !.now = [@ EXCEPT ![1] = Header(Current, previous), ![2] = chunk], !.dirty = @ \cup {1, 2}]
          ELSE [f EXCEPT !.now = [@ EXCEPT ![place] = chunk], !.dirty = @ \cup {place}]]
     /\ end' = place
  /\ written' = written + 1
  /\ Answer(written + 1, synced)
  /\ UNCHANGED <<fresh, gone, manifest, phase, mem, live, spares, syncedEnd, previous, turn, next, logNumber, synced, isBroken,
                 work, order, found, known, counts>>

Sync ==
  /\ IsWriting /\ syncedEnd < end
  /\ log' = [log EXCEPT ![Current] = Synced(@)]
  /\ syncedEnd' = end /\ synced' = written
  /\ Answer(written, written)
  /\ UNCHANGED <<fresh, gone, manifest, phase, mem, live, spares, end, previous, turn, next, logNumber, written, isBroken,
                 work, order, found, known, counts>>

\* Who waits for it is told that the outcome is unknown; the log takes no more.
SyncFails ==
  /\ IsWriting /\ syncedEnd < end /\ failures < MaxFailures
  /\ \E lost \in (SUBSET log[Current].dirty) \ {{}} : log' = [log EXCEPT ![Current] = SyncedBut(@, lost)]
  /\ failures' = failures + 1
  /\ IF BugSyncAgain THEN UNCHANGED <<phase, isBroken>> ELSE phase' = "halted" /\ isBroken' = TRUE
  /\ UNCHANGED <<fresh, gone, manifest, mem, segments, written, synced, work, order, history, batches, kills, cuts>>

\* The next segment is created, or a spare renamed, once the last one is synced to its end.
NameNext ==
  /\ IsWriting /\ (IsFull \/ (Uneven /\ end > 0)) /\ written < Len(order) /\ next <= MaxSegments
  /\ syncedEnd = end \/ BugNextBeforeSync
  /\ IF spares = <<>>
     THEN /\ log' = log @@ (next :> EmptyFile)
          /\ fresh' = {<<next, 0>>} /\ UNCHANGED spares
     ELSE /\ log' = Without(log, {Last(spares)}) @@ (next :> log[Last(spares)])
          /\ fresh' = {<<next, Last(spares)>>} /\ spares' = Front(spares)
  /\ turn' = next /\ next' = next + 1
  /\ UNCHANGED <<gone, manifest, phase, mem, live, end, syncedEnd, previous, logNumber, marks, work, order, history, counts>>

\* The directory is synced, which makes removals durable too.
BeginNext ==
  /\ turn # 0 /\ phase \in {"open", "halted"}
  /\ IF BugNoDirectorySync THEN UNCHANGED <<log, fresh, gone>>
     ELSE log' = Without(log, gone) /\ fresh' = {} /\ gone' = {}
  /\ live' = Append(live, turn) /\ previous' = <<Current, end>>
  /\ end' = 0 /\ syncedEnd' = 0 /\ logNumber' = turn /\ turn' = 0
  /\ UNCHANGED <<manifest, phase, mem, spares, next, marks, work, order, history, counts>>

(* ---------------------------------------------------------------- background *)
Seal(g) ==
  /\ phase = "open" /\ mem[g].active # {}
  /\ mem' = [mem EXCEPT ![g] = [active |-> {}, first |-> 0,
       sealed |-> <<[records |-> mem[g].active, first |-> mem[g].first]>> \o mem[g].sealed]]
  /\ UNCHANGED <<disks, phase, segments, marks, work, order, history, counts>>

\* An edit is written; one at a time. Its SSTables are durable before.
Edit(state, at, group, number) ==
  /\ work.at = "idle"
  /\ manifest' = [manifest EXCEPT !.now = state]
  /\ work' = [at |-> at, group |-> group, number |-> number]

\* The oldest memtable that waits is an SSTable, and the log is synced through its largest sequence.
AppendFlush(g) ==
  /\ phase = "open" /\ mem[g].sealed # <<>>
  /\ LET t == Last(mem[g].sealed) largest == Max({r.seq : r \in t.records}) IN
     /\ synced >= largest \/ BugTableBeforeLog
     /\ Edit([manifest.disk EXCEPT !.files[g] = @ \cup t.records, !.through[g] = largest, !.next = next],
             "flush", {g}, 0)
  /\ UNCHANGED <<log, fresh, gone, phase, mem, segments, marks, order, history, counts>>

\* Which segment recovery must begin with: that of the oldest record which is in memory alone.
Needed == Min({logNumber} \cup {t.first : t \in {u \in UNION {Memtables(g) : g \in Groups} :
                 u.records # {} /\ (BugSealedPinNothing => \E g \in Groups : u.records = mem[g].active)}})
AppendRelease ==
  /\ phase = "open" /\ Needed > live[1]
  /\ Edit([manifest.disk EXCEPT !.min = Needed, !.next = next], "release", {}, Needed)
  /\ UNCHANGED <<log, fresh, gone, phase, mem, segments, marks, order, history, counts>>

\* What a state becomes when all that is in memory is flushed by one edit.
Whole(state, min, number) ==
  [files |-> [g \in Groups |-> state.files[g] \cup InMemory(g)], through |-> [g \in Groups |-> Len(order)],
   min |-> min, next |-> number]

\* The edit is durable: so says the state, and readers see it.
SyncEdit ==
  /\ work.at \in {"flush", "release", "replayed", "part", "whole"}
  /\ manifest' = [manifest EXCEPT !.disk = manifest.now]
  /\ mem' = CASE work.at = "flush" -> [g \in Groups |-> IF g \in work.group THEN [mem[g] EXCEPT !.sealed = Front(@)] ELSE mem[g]]
              [] work.at = "release" -> mem
              [] OTHER -> [g \in Groups |-> IF g \in work.group THEN NoMemory[g] ELSE mem[g]]
  /\ work' = CASE work.at = "release" -> [work EXCEPT !.at = "free"]
               [] work.at = "replayed" -> [work EXCEPT !.at = "freeReplayed"]
               [] work.at = "whole" -> [work EXCEPT !.at = "beginAnew"]
               [] OTHER -> Idle
  /\ UNCHANGED <<log, fresh, gone, phase, segments, marks, order, history, counts>>

\* It is not known whether it is on disk; the store is halted.
EditFails ==
  /\ work.at \in {"flush", "release", "replayed", "whole"} /\ failures < MaxFailures
  /\ failures' = failures + 1
  /\ phase' = "halted" /\ work' = Idle
  /\ UNCHANGED <<disks, mem, segments, marks, order, history, batches, kills, cuts>>

\* Segments are given back: some to be used again, the others are removed.
Freed(number) == {i \in 1..(Len(live) - 1) : live[i] < number}
Free ==
  /\ work.at = "free" \/ (BugFreeEarly /\ work.at = "release" /\ Freed(work.number) # {})
  /\ LET freed == SubSeq(live, 1, Cardinality(Freed(work.number)))
         kept == Min({Len(freed), MaxSpares - Len(spares)}) IN
     /\ spares' = spares \o SubSeq(freed, 1, kept)
     /\ gone' = gone \cup Range(SubSeq(freed, kept + 1, Len(freed)))
     /\ live' = SubSeq(live, Len(freed) + 1, Len(live))
  /\ work' = IF work.at = "free" THEN Idle ELSE work
  /\ UNCHANGED <<log, fresh, manifest, phase, mem, end, syncedEnd, previous, turn, next, logNumber, marks, order, history, counts>>

(* ------------------------------------------------------------------ recovery *)
State == manifest.now
Names == (DOMAIN log) \ gone
Candidates == {n \in Names : n >= State.min}
HasHeader(n) == log[n].now[1].number = n
Chained == {n \in Candidates : HasHeader(n)}
NextOf(n) == Min({m \in Chained : m > n})
IsRecordOf(n, i) == LET s == log[n].now[i] IN
  IF BugStaleAccepted THEN s.record # NoRecord ELSE s.number = n /\ s.record # NoRecord
\* Where a segment ends: as the next one says; the newest at its last whole record.
EndOf(n) == IF n # Max(Chained) THEN log[NextOf(n)].now[1].end
            ELSE Max({i \in Slots : \A j \in 2..i : IsRecordOf(n, j)})
IsRefused ==
  \/ \E n \in Candidates \ Chained :
       \/ \E m \in IF BugOneHeaderless THEN Candidates ELSE Chained : m > n
       \/ \E i \in Slots : log[n].now[i].number = n /\ log[n].now[i].claims > 0
  \/ \E n \in Chained :
       LET h == log[n].now[1] IN
       IF n = Min(Chained) THEN h.previous # 0 /\ h.previous >= State.min
       ELSE h.previous # Max({m \in Chained : m < n})
  \/ \E n \in Chained : \E i \in 2..EndOf(n) : ~IsRecordOf(n, i)
  \/ Chained # {} /\ LET n == Max(Chained) IN
       \E i \in Slots : log[n].now[i].number = n /\ log[n].now[i].claims > EndOf(n)

Ascending(S) == CHOOSE s \in [1..Cardinality(S) -> S] : \A i, j \in 1..Cardinality(S) : i < j => s[i] < s[j]
Replayed(n) == {log[n].now[i].record : i \in 2..EndOf(n)}

\* The chain is checked, synced and replayed; nothing is written.
Replay ==
  /\ phase = "down" /\ ~IsRefused
  /\ LET records == UNION {Replayed(n) : n \in Chained}
         lacks(g, r) == g \in r.parts /\ r.seq > State.through[g]
         memory == [g \in Groups |-> {r \in records : lacks(g, r)}]
         held == records \cup UNION {State.files[g] : g \in Groups}
         whole == Max({q \in 0..Len(order) : \A i \in 1..q : order[i].id \in {r.id : r \in held}}) IN
     /\ mem' = [g \in Groups |-> [active |-> memory[g], sealed |-> <<>>,
          first |-> IF memory[g] = {} THEN 0
                    ELSE Min({n \in Chained : \E r \in Replayed(n) : lacks(g, r)})]]
     /\ found' = {r.id : r \in held} /\ known' = {order[i].id : i \in 1..Len(order)}
     /\ order' = SubSeq(order, 1, whole)
  /\ log' = [n \in DOMAIN log |-> IF n \in Chained /\ ~BugReplayUnsynced THEN Synced(log[n]) ELSE log[n]]
  /\ live' = Ascending(Chained)
  /\ previous' = IF Chained = {} THEN <<0, 0>> ELSE <<Max(Chained), EndOf(Max(Chained))>>
  /\ next' = Max({State.next} \cup {n + 1 : n \in Names})
  /\ phase' = "replayed"
  /\ UNCHANGED <<fresh, gone, manifest, spares, end, syncedEnd, turn, logNumber, marks, work, mustOs, mustDisk, counts>>

Refuse == /\ phase = "down" /\ IsRefused /\ phase' = "refused"
          /\ UNCHANGED <<disks, mem, segments, marks, work, order, history, counts>>

\* Another MANIFEST with the state, and CURRENT names it.
DescribeAnew ==
  /\ phase = "replayed"
  /\ manifest' = IF BugRemoveFirst THEN manifest ELSE [manifest EXCEPT !.disk = manifest.now]
  /\ phase' = "described"
  /\ UNCHANGED <<log, fresh, gone, mem, segments, marks, work, order, history, counts>>

RemoveOrphans ==
  /\ phase = "described"
  /\ gone' = gone \cup ((DOMAIN log) \ Range(live)) /\ phase' = "cleaned"
  /\ UNCHANGED <<log, fresh, manifest, mem, segments, marks, work, order, history, counts>>

\* A new segment. Where nothing was replayed the store is open now.
BeginLog ==
  /\ phase = "cleaned" /\ next <= MaxSegments
  /\ log' = Without(log, gone) @@ (next :> EmptyFile) /\ fresh' = {} /\ gone' = {}
  /\ manifest' = [manifest EXCEPT !.disk = manifest.now]
  /\ live' = Append(live, next) /\ logNumber' = next /\ next' = next + 1
  /\ written' = Len(order) /\ synced' = Len(order)
  /\ LET isFlushed == UNION {Replayed(n) : n \in Range(live)} # {} /\ ~BugReplayUnsynced /\ ~BugReplayNotFlushed IN
     /\ phase' = IF isFlushed THEN "begun" ELSE "open"
  /\ found' = {} /\ known' = {}
  /\ UNCHANGED <<mem, spares, end, syncedEnd, previous, turn, isBroken, work, order, mustOs, mustDisk, counts>>

\* What was replayed is flushed by one edit, after which no older segment is needed.
AppendReplayed ==
  /\ phase = "begun"
  /\ IF BugReplayByGroup /\ \E g \in Groups : mem[g].active # {}
     THEN \E g \in Groups : mem[g].active # {} /\
            Edit([manifest.disk EXCEPT !.files[g] = @ \cup mem[g].active, !.through[g] = Len(order)], "part", {g}, 0)
     ELSE Edit(Whole(manifest.disk, logNumber, next), "replayed", Groups, logNumber)
  /\ UNCHANGED <<log, fresh, gone, phase, mem, segments, marks, order, history, counts>>

FreeReplayed ==
  /\ work.at = "freeReplayed"
  /\ gone' = gone \cup Range(Front(live)) /\ live' = <<Current>>
  /\ work' = Idle /\ phase' = "open"
  /\ UNCHANGED <<log, fresh, manifest, mem, spares, end, syncedEnd, previous, turn, next, logNumber, marks, order, history, counts>>

(* ---------------------------------------------------------------- resumption *)
\* A MANIFEST that has failed is begun anew without the edit.
ResumeManifest ==
  /\ phase = "halted" /\ work.at = "idle" /\ manifest.now # manifest.disk
  /\ manifest' = [manifest EXCEPT !.now = manifest.disk]
  /\ UNCHANGED <<log, fresh, gone, phase, mem, segments, marks, work, order, history, counts>>

\* The log has ended or is broken. All that is in order is flushed by one edit, by which recovery begins with a segment that is
\* not there yet.
AppendWhole ==
  /\ phase = "halted" /\ manifest.now = manifest.disk /\ next <= MaxSegments
  /\ isBroken \/ (turn = 0 /\ synced = Len(order))
  /\ Edit(Whole(manifest.disk, IF BugResumeOldLog THEN manifest.disk.min ELSE next, next + 1), "whole", Groups, next)
  /\ next' = next + 1
  /\ UNCHANGED <<log, fresh, gone, phase, mem, live, spares, end, syncedEnd, previous, turn, logNumber, marks, order, history,
                 counts>>

BeginAnew ==
  /\ work.at = "beginAnew"
  /\ log' = Without(log, gone) @@ (work.number :> EmptyFile) /\ fresh' = {}
  /\ gone' = (DOMAIN log) \ gone
  /\ live' = <<work.number>> /\ spares' = <<>> /\ logNumber' = work.number
  /\ end' = 0 /\ syncedEnd' = 0 /\ previous' = <<0, 0>> /\ turn' = 0
  /\ written' = Len(order) /\ synced' = Len(order) /\ isBroken' = FALSE
  /\ work' = Idle /\ phase' = "open"
  /\ UNCHANGED <<manifest, mem, next, order, history, counts>>

(* ------------------------------------------------------------------- crashes *)
Forget ==
  /\ phase' = "down" /\ mem' = NoMemory /\ live' = <<>> /\ spares' = <<>> /\ end' = 0 /\ syncedEnd' = 0
  /\ previous' = <<0, 0>> /\ turn' = 0 /\ next' = 0 /\ logNumber' = 0
  /\ written' = 0 /\ synced' = 0 /\ isBroken' = FALSE /\ work' = Idle
  /\ found' = {} /\ known' = {}

Kill ==
  /\ phase \notin {"down", "refused"} /\ kills < MaxKills
  /\ kills' = kills + 1
  /\ Forget
  /\ UNCHANGED <<disks, order, mustOs, mustDisk, batches, cuts, failures>>

PowerCut ==
  /\ phase # "refused" /\ cuts < MaxCuts
  /\ cuts' = cuts + 1
  /\ LET dirty == UNION {{<<n, i>> : i \in log[n].dirty} : n \in DOMAIN log} IN
     \E new \in SUBSET dirty : \E torn \in SUBSET (dirty \ new) : \E back \in SUBSET gone : \E unnamed \in SUBSET fresh :
       LET after(n) == [i \in Slots |-> IF <<n, i>> \in new THEN log[n].now[i]
                                        ELSE IF <<n, i>> \in torn THEN Nothing ELSE log[n].disk[i]]
           file(n) == [now |-> after(n), disk |-> after(n), dirty |-> {}]
           lost == (gone \ back) \cup {u[1] : u \in unnamed}
           old == {u \in unnamed : u[2] # 0} IN
       log' = [n \in ((DOMAIN log) \ lost) \cup {u[2] : u \in old} |->
                 IF n \in {u[2] : u \in old} THEN file((CHOOSE u \in old : u[2] = n)[1]) ELSE file(n)]
  /\ fresh' = {} /\ gone' = {}
  /\ \E state \in {manifest.disk, manifest.now} : manifest' = [disk |-> state, now |-> state]
  /\ mustOs' = mustDisk
  /\ Forget
  /\ UNCHANGED <<order, mustDisk, batches, kills, failures>>

(* --------------------------------------------------------------------- steps *)
Next ==
  \/ \E parts \in Shapes, durability \in Durabilities : Commit(parts, durability)
  \/ Write \/ Sync \/ SyncFails \/ NameNext \/ BeginNext
  \/ \E g \in Groups : Seal(g) \/ AppendFlush(g)
  \/ AppendRelease \/ SyncEdit \/ EditFails \/ Free
  \/ Replay \/ Refuse \/ DescribeAnew \/ RemoveOrphans \/ BeginLog \/ AppendReplayed \/ FreeReplayed
  \/ ResumeManifest \/ AppendWhole \/ BeginAnew
  \/ Kill \/ PowerCut
  \/ UNCHANGED vars
Spec == Init /\ [][Next]_vars
=============================================================================

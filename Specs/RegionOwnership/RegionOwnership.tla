-------------------------- MODULE RegionOwnership --------------------------
(* The regions of a table: who owns a row while regions are split and merged *)
(* under writers, readers, flush and compaction, and after a crash.          *)
(*                                                                           *)
(* A step is one edit of the MANIFEST, one file that is removed, or one      *)
(* change under the sequencer's lock. A crash may come between any two.      *)
(* What is committed is in the log and durable: the log has a specification  *)
(* of its own, LogRecovery.                                                  *)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  Rows,           \* 1..N
  FirstRegions,   \* the rows with which the regions begin at first
  Deletes,        \* whether a commit may delete
  SlowCommits,    \* whether commits take their time, so that others come between
  Releases,       \* whether the log is given back, which only a crash notices
  MaxCommits, MaxChanges, MaxCompactions, MaxPins, MaxCrashes,
  \* Faults that are planted, to see that the properties below notice them:
  BugNotRoutedAgain, BugSupersededUnnoticed, BugTwoEdits, BugGatesOpen, BugNoBounds, BugRemoveShared, BugRemoveBeforeEdit,
  BugMergeForgetsMemory, BugMergeThroughMost, BugMergeFlushesApart, BugCompactYoung, BugSharedPinsNothing,
  BugRetiredForgotten, BugReplayByRegion, BugSnapshotUnpinned

VARIABLES
  \* What is durable.
  log,         \* the records: which region took the write of each row, and whether it is a delete
  manifest,    \* regions with their files and through what they are flushed; retired ones; the record where recovery begins
  contents,    \* of each SSTable that ever was: who has it open can read it
  present,     \* the SSTables in the directory
  \* What the process knows.
  table,       \* the regions, by number, that the table consists of now
  regions,     \* of every region that somebody has: its rows, memory and files; a retired one stays as it was
  retirements, \* when the MANIFEST may forget a retired region: its last sequence
  flush, compaction, doomed,  \* a flush and a compaction under way; files to be removed
  change,      \* the split or merge under way
  writer, pin, \* a commit under way; a snapshot
  \* History.
  isStale,     \* whether a commit was let in upon something that was no longer so
  isMisfit,    \* whether an edit or a record was for a region that is not there
  changes, compactions, pins, crashes

durable == <<log, manifest, contents, present>>
process == <<table, regions, retirements, flush, compaction, doomed, change>>
history == <<isStale, isMisfit, changes, compactions, pins, crashes>>
vars == <<durable, process, writer, pin, history>>

Min(S) == CHOOSE x \in S : \A y \in S : x <= y
Max(S) == CHOOSE x \in S : \A y \in S : x >= y
Last(s) == s[Len(s)]
Front(s) == SubSeq(s, 1, Len(s) - 1)
Range(s) == {s[i] : i \in 1..Len(s)}
Without(f, S) == [x \in (DOMAIN f) \ S |-> f[x]]
RECURSIVE Collect(_)
Collect(s) == IF s = <<>> THEN <<>> ELSE (IF Head(s).parts = {} THEN <<>> ELSE <<Head(s)>>) \o Collect(Tail(s))

(* -------------------------------------------------------------- what is read *)
Sequence == Len(log)
Cell(row, seq) == [row |-> row, seq |-> seq, delete |-> log[seq].delete]
Written(from, through) == UNION {{Cell(row, i) : row \in DOMAIN log[i].region} : i \in from..through}
Newest(cells, row, at) == LET S == {c \in cells : c.row = row /\ c.seq <= at} IN
  IF S = {} THEN {} ELSE {CHOOSE c \in S : \A d \in S : c.seq >= d.seq}
\* The value of a row at a sequence is the number of the commit that put it; none when there is none, or it was deleted.
Value(cells, row, at) == {c.seq : c \in {d \in Newest(cells, row, at) : ~d.delete}}
Truth(row, at) == Value(Written(1, Sequence), row, at)

\* A part of a memtable or of a file is read within its bounds.
Within(cells, part) == {c \in cells : BugNoBounds \/ (c.row >= part.low /\ c.row <= part.high)}
OfFile(part) == Within(contents[part.file], part)
OfMemory(part) == Within(part.cells, part)
Parts(r) == UNION {s.parts : s \in Range(regions[r].sealed)}
Files(r) == regions[r].upper \cup regions[r].bottom
Cells(r) == regions[r].active \cup UNION {OfMemory(p) : p \in Parts(r)} \cup UNION {OfFile(p) : p \in Files(r)}

Holds(r, row) == row >= regions[r].low /\ row <= regions[r].high
Owner(handle, row) == CHOOSE r \in handle : Holds(r, row)

Largest(cells) == Max({0} \cup {c.seq : c \in cells})
Smallest(cells) == Min({Sequence + 1} \cup {c.seq : c \in cells})
Age(part) == Largest(contents[part.file])

Idle == [region |-> 0]
NoWriter == [at |-> "idle", handle |-> {}]
NoPin == [at |-> "idle", handle |-> {}]
NoChange == [at |-> "idle", old |-> {}]
Region(low, high, sealed, upper, bottom) ==
  [low |-> low, high |-> high, isRetired |-> FALSE, active |-> {}, sealed |-> sealed, upper |-> upper, bottom |-> bottom]
Record(low, high, upper, bottom, through) ==
  [low |-> low, high |-> high, upper |-> upper, bottom |-> bottom, through |-> through]
EndOf(low) == Min({Max(Rows)} \cup {f - 1 : f \in {g \in FirstRegions : g > low}})

Init ==
  /\ log = <<>>
  /\ manifest = [regions |-> [r \in FirstRegions |-> Record(r, EndOf(r), {}, {}, 0)], retired |-> <<>>, from |-> 1,
                 next |-> Max(FirstRegions) + 1]
  /\ contents = <<>> /\ present = {}
  /\ table = FirstRegions
  /\ regions = [r \in FirstRegions |-> Region(r, EndOf(r), <<>>, {}, {})]
  /\ retirements = <<>>
  /\ flush = Idle /\ compaction = Idle /\ doomed = {} /\ change = NoChange
  /\ writer = NoWriter /\ pin = NoPin
  /\ isStale = FALSE /\ isMisfit = FALSE
  /\ changes = 0 /\ compactions = 0 /\ pins = 0 /\ crashes = 0

\* A retired region goes when the last of those goes who have it.
Had(handle) == DOMAIN regions \cap (table \cup handle)

(* ------------------------------------------------------------------ commits *)
\* Under the sequencer's lock: in the log, and in the memtables of the regions that the batch is encoded for.
Insert(route, delete, had) ==
  /\ log' = Append(log, [region |-> route, delete |-> delete])
  /\ regions' = [r \in Had(had) |->
       [regions[r] EXCEPT !.active = @ \cup {[row |-> row, seq |-> Sequence + 1, delete |-> delete] :
                                             row \in {q \in DOMAIN route : route[q] = r}}]]

\* A commit that meets nobody.
Put(row, delete) ==
  /\ Sequence < MaxCommits
  /\ Insert(row :> Owner(table, row), delete, DOMAIN regions)
  /\ UNCHANGED <<manifest, contents, present, table, retirements, flush, compaction, doomed, change, writer, pin, history>>

\* One that takes its time: its rows are resolved; what it checks is looked up; it enters.
Resolve(rows, check) ==
  /\ SlowCommits /\ writer.at = "idle" /\ Sequence < MaxCommits
  /\ writer' = [at |-> IF check = 0 THEN "enter" ELSE "look", rows |-> rows, check |-> check, handle |-> table,
                moment |-> 0, seen |-> {}]
  /\ UNCHANGED <<durable, process, pin, history>>

Look ==
  /\ writer.at = "look"
  /\ writer' = [writer EXCEPT !.at = "enter", !.moment = Sequence,
       !.seen = Value(Cells(Owner(writer.handle, writer.check)), writer.check, Sequence)]
  /\ UNCHANGED <<durable, process, pin, history>>

Enter ==
  /\ writer.at = "enter" /\ Sequence < MaxCommits
  /\ LET route == [row \in writer.rows |-> Owner(writer.handle, row)]
         isRouted == \A row \in writer.rows : ~regions[route[row]].isRetired
         isCurrent == writer.check = 0 \/ writer.handle = table
         isUnchanged == \A i \in (writer.moment + 1)..Sequence : writer.check \notin DOMAIN log[i].region
         \* Only a commit with a check is checked against what was written since.
         isValid == writer.check = 0 \/ isUnchanged IN
     IF (isRouted \/ BugNotRoutedAgain) /\ (isCurrent \/ BugSupersededUnnoticed) /\ isValid
     THEN /\ Insert(route, FALSE, pin.handle)
          /\ isStale' = (isStale \/ (writer.check # 0 /\ writer.seen # Truth(writer.check, Sequence)))
          /\ writer' = NoWriter
     ELSE /\ writer' = [writer EXCEPT !.at = IF writer.check = 0 THEN "enter" ELSE "look", !.handle = table, !.seen = {},
                                      !.moment = 0]
          /\ regions' = [r \in Had(pin.handle) |-> regions[r]]
          /\ UNCHANGED <<log, isStale>>
  /\ UNCHANGED <<manifest, contents, present, table, retirements, flush, compaction, doomed, change, pin,
                 isMisfit, changes, compactions, pins, crashes>>

(* ---------------------------------------------------------------- snapshots *)
Pin ==
  /\ pin.at = "idle" /\ pins < MaxPins /\ Sequence > 0
  /\ pin' = [at |-> "pinned", sequence |-> Sequence, handle |-> {}]
  /\ pins' = pins + 1
  /\ UNCHANGED <<durable, process, writer, isStale, isMisfit, changes, compactions, crashes>>

\* A scan begins, and keeps the regions that it begins with.
Scan ==
  /\ pin.at = "pinned"
  /\ pin' = [pin EXCEPT !.at = "scans", !.handle = table]
  /\ UNCHANGED <<durable, process, writer, history>>

Unpin ==
  /\ pin.at # "idle" /\ pin' = NoPin
  /\ regions' = [r \in Had(writer.handle) |-> regions[r]]
  /\ UNCHANGED <<durable, table, retirements, flush, compaction, doomed, change, writer, history>>

(* ------------------------------------------------------- flush and compaction *)
\* What is kept: of each row what snapshots and the present see. At the bottom a delete goes that hides nothing.
Moments == {Sequence} \cup IF pin.at = "idle" \/ BugSnapshotUnpinned THEN {} ELSE {pin.sequence}
Filtered(cells, isBottom) ==
  LET kept == UNION {UNION {Newest(cells, c.row, m) : m \in Moments} : c \in cells} IN
  IF isBottom THEN {c \in kept : ~c.delete \/ \E d \in kept : d.row = c.row /\ d.seq < c.seq} ELSE kept

NewFile(cells) == /\ contents' = Append(contents, cells) /\ present' = present \cup {Len(contents) + 1}
IsOpen(r) == r \notin change.old \/ BugGatesOpen

Seal(r) ==
  /\ r \in table /\ regions[r].active # {}
  /\ LET a == regions[r].active
         part == [cells |-> a, low |-> regions[r].low, high |-> regions[r].high] IN
     regions' = [regions EXCEPT ![r].active = {}, ![r].sealed = <<[parts |-> {part}]>> \o @]
  /\ UNCHANGED <<durable, table, retirements, flush, compaction, doomed, change, writer, pin, history>>

BeginFlush(r) ==
  /\ flush = Idle /\ r \in table /\ IsOpen(r) /\ regions[r].sealed # <<>>
  /\ LET s == Last(regions[r].sealed) cells == Filtered(UNION {OfMemory(p) : p \in s.parts}, FALSE) IN
     /\ NewFile(cells)
     /\ flush' = [region |-> r, file |-> Len(contents) + 1, through |-> Largest(UNION {p.cells : p \in s.parts})]
  /\ UNCHANGED <<log, manifest, table, regions, retirements, compaction, doomed, change, writer, pin, history>>

\* The edit, and the view that follows it. A flush of which nothing is to be kept adds no file.
EndFlush ==
  /\ flush # Idle
  /\ LET r == flush.region
         part == [file |-> flush.file, low |-> regions[r].low, high |-> regions[r].high]
         new == IF contents[flush.file] = {} THEN {} ELSE {part} IN
     IF r \notin DOMAIN manifest.regions THEN isMisfit' = TRUE /\ UNCHANGED <<manifest, regions>>
     ELSE /\ manifest' = [manifest EXCEPT !.regions[r] = [@ EXCEPT !.upper = @ \cup new, !.through = Max({@, flush.through})]]
          /\ regions' = [regions EXCEPT ![r] = [@ EXCEPT !.upper = @ \cup new, !.sealed = Front(@)]]
          /\ UNCHANGED isMisfit
  /\ flush' = Idle
  /\ UNCHANGED <<log, contents, present, table, retirements, compaction, doomed, change, writer, pin,
                 isStale, changes, compactions, pins, crashes>>

\* Whether all that is in memory is younger than all files, so that these are in the order of their age.
FilesAreOlder(r) ==
  Max({0} \cup {Age(p) : p \in Files(r)}) < Smallest(regions[r].active \cup UNION {p.cells : p \in Parts(r)})

\* The newest runs are merged with one another, or the oldest into the bottom.
Plans(r) ==
  LET upper == regions[r].upper bottom == regions[r].bottom IN
  {[inputs |-> {p \in upper : Age(p) >= Age(q)}, isBottom |-> FALSE] : q \in upper}
  \cup {[inputs |-> bottom \cup {p \in upper : Age(p) <= Age(q)}, isBottom |-> TRUE] : q \in upper}
  \cup {[inputs |-> bottom, isBottom |-> TRUE]}
BeginCompaction(r, plan) ==
  /\ compaction = Idle /\ compactions < MaxCompactions /\ r \in table /\ IsOpen(r)
  /\ FilesAreOlder(r) \/ BugCompactYoung
  /\ plan.inputs # {} /\ (plan.isBottom \/ Cardinality(plan.inputs) > 1)
  /\ NewFile(Filtered(UNION {OfFile(p) : p \in plan.inputs}, plan.isBottom))
  /\ compaction' = [region |-> r, inputs |-> plan.inputs, isBottom |-> plan.isBottom, file |-> Len(contents) + 1]
  /\ compactions' = compactions + 1
  /\ doomed' = IF BugRemoveBeforeEdit THEN doomed \cup {p.file : p \in plan.inputs} ELSE doomed
  /\ UNCHANGED <<log, manifest, table, regions, retirements, flush, change, writer, pin, isStale, isMisfit, changes, pins, crashes>>

Named(m) == UNION {{p.file : p \in m.regions[r].upper \cup m.regions[r].bottom} : r \in DOMAIN m.regions}
EndCompaction ==
  /\ compaction # Idle
  /\ LET r == compaction.region
         part == [file |-> compaction.file, low |-> regions[r].low, high |-> regions[r].high]
         new == IF contents[compaction.file] = {} THEN {} ELSE {part}
         upper(x) == (x \ compaction.inputs) \cup IF compaction.isBottom THEN {} ELSE new
         bottom(x) == (x \ compaction.inputs) \cup IF compaction.isBottom THEN new ELSE {} IN
     IF r \notin DOMAIN manifest.regions THEN isMisfit' = TRUE /\ UNCHANGED <<manifest, regions, doomed>>
     ELSE /\ manifest' = [manifest EXCEPT !.regions[r] = [@ EXCEPT !.upper = upper(@), !.bottom = bottom(@)]]
          /\ regions' = [regions EXCEPT ![r] = [@ EXCEPT !.upper = upper(@), !.bottom = bottom(@)]]
          /\ doomed' = doomed \cup {f \in {p.file : p \in compaction.inputs} : BugRemoveShared \/ f \notin Named(manifest')}
          /\ UNCHANGED isMisfit
  /\ compaction' = Idle
  /\ UNCHANGED <<log, contents, present, table, retirements, flush, change, writer, pin,
                 isStale, changes, compactions, pins, crashes>>

RemoveFile(f) ==
  /\ f \in doomed /\ doomed' = doomed \ {f} /\ present' = present \ {f}
  /\ UNCHANGED <<log, manifest, contents, table, regions, retirements, flush, compaction, change, writer, pin, history>>

(* ----------------------------------------------------------- split and merge *)
\* The gates of the old regions are closed once no flush or compaction of them is under way.
CloseGates(old, ranges) ==
  /\ change = NoChange /\ changes < MaxChanges
  /\ BugGatesOpen \/ (flush.region \notin old /\ compaction.region \notin old)
  /\ change' = [at |-> "closed", old |-> old, ranges |-> ranges]
  /\ changes' = changes + 1
  /\ UNCHANGED <<durable, table, regions, retirements, flush, compaction, doomed, writer, pin, isStale, isMisfit, compactions, pins,
                 crashes>>
Split(r, at) == CloseGates({r}, {<<regions[r].low, at - 1>>, <<at, regions[r].high>>})
Merge(r, s) == regions[r].high + 1 = regions[s].low /\ CloseGates({r, s}, {<<regions[r].low, regions[s].high>>})

NumberOf(range, ranges) == manifest.next + Cardinality({q \in ranges : q[1] < range[1]})
Overlaps(part, range) == part.low <= range[2] /\ range[1] <= part.high
Clip(part, range) == [part EXCEPT !.low = Max({@, range[1]}), !.high = Min({@, range[2]})]
\* The parts of files that lie within rows; parts of one file that lie side by side become one.
HasRows(part) == \E c, d \in contents[part.file] : c.row <= part.high /\ d.row >= part.low
Join(parts) ==
  LET beside(p, q) == p.file = q.file /\ (p.high + 1 = q.low \/ q.high + 1 = p.low)
      run(p) == {q \in parts : q = p \/ beside(p, q) \/ \E o \in parts : beside(p, o) /\ beside(o, q)} IN
  {[file |-> p.file, low |-> Min({q.low : q \in run(p)}), high |-> Max({q.high : q \in run(p)})] : p \in parts}
Clipped(parts, range) == Join({q \in {Clip(p, range) : p \in {o \in parts : Overlaps(o, range)}} : HasRows(q)})
Parents(range) == {r \in change.old : regions[r].low <= range[2] /\ range[1] <= regions[r].high}
Draft(range) ==
  LET of == {manifest.regions[r] : r \in Parents(range)}
      through == {o.through : o \in of} IN
  Record(range[1], range[2], Clipped(UNION {o.upper : o \in of}, range), Clipped(UNION {o.bottom : o \in of}, range),
         IF BugMergeThroughMost THEN Max(through) ELSE Min(through))

\* One edit: the old regions are retired, the new ones name their files, each within its rows.
Retired(old) == [r \in old |-> [low |-> regions[r].low, high |-> regions[r].high, through |-> manifest.regions[r].through]]
EditRegions ==
  /\ change.at = "closed"
  /\ LET new == {range \in change.ranges : ~BugTwoEdits \/ range[1] = Min({q[1] : q \in change.ranges})}
         numbers == {NumberOf(range, change.ranges) : range \in new} IN
     manifest' = [manifest EXCEPT
       !.regions = Without(@, change.old)
         @@ [n \in numbers |-> Draft(CHOOSE range \in new : NumberOf(range, change.ranges) = n)],
       !.retired = Retired(change.old) @@ @, !.next = @ + Cardinality(change.ranges)]
  /\ change' = [change EXCEPT !.at = "edited"] @@
       [new |-> [n \in {NumberOf(range, change.ranges) : range \in change.ranges} |->
                   Draft(CHOOSE range \in change.ranges : NumberOf(range, change.ranges) = n)]]
  /\ UNCHANGED <<log, contents, present, table, regions, retirements, flush, compaction, doomed, writer, pin, history>>

\* The second of two edits.
EditRest ==
  /\ BugTwoEdits /\ change.at = "edited" /\ DOMAIN change.new \ DOMAIN manifest.regions # {}
  /\ manifest' = [manifest EXCEPT !.regions = change.new @@ @]
  /\ UNCHANGED <<log, contents, present, process, writer, pin, history>>

\* What the parents have in memory: one after the other after a split, all to be flushed together after a merge.
Sealed(r) ==
  (IF regions[r].active = {} THEN <<>>
   ELSE <<[parts |-> {[cells |-> regions[r].active, low |-> regions[r].low, high |-> regions[r].high]}]>>) \o regions[r].sealed
ClippedMemory(s, range) ==
  Collect([i \in 1..Len(s) |-> [parts |-> {Clip(p, range) : p \in {q \in s[i].parts : Overlaps(q, range)}}]])
Inherited(range) ==
  LET parents == Parents(range) first == Min(parents) IN
  IF Cardinality(parents) = 1 THEN ClippedMemory(Sealed(first), range)
  ELSE IF BugMergeFlushesApart THEN ClippedMemory(Sealed(Max(parents)) \o Sealed(first), range)
  ELSE Collect(<<[parts |-> UNION {UNION {s.parts : s \in Range(Sealed(r))} :
                                     r \in IF BugMergeForgetsMemory THEN {first} ELSE parents}]>>)

\* Under the sequencer's lock: the old regions take no more writes, the table consists of the new ones.
Exchange ==
  /\ change.at = "edited" /\ DOMAIN change.new \subseteq DOMAIN manifest.regions
  /\ regions' =
       [r \in (DOMAIN regions \cap ((table \ change.old) \cup writer.handle \cup pin.handle)) \cup DOMAIN change.new |->
          IF r \in DOMAIN change.new
          THEN LET d == change.new[r] IN Region(d.low, d.high, Inherited(<<d.low, d.high>>), d.upper, d.bottom)
          ELSE IF r \in change.old THEN [regions[r] EXCEPT !.isRetired = TRUE] ELSE regions[r]]
  /\ table' = (table \ change.old) \cup DOMAIN change.new
  /\ retirements' = [r \in change.old |-> Sequence] @@ retirements
  /\ change' = NoChange
  /\ UNCHANGED <<durable, flush, compaction, doomed, writer, pin, history>>

(* ------------------------------------------------------------------ the log *)
\* Recovery needs the log from the oldest record on which is in memory alone. A retired region is forgotten when none can be
\* of it, or of a region that it has flushed for.
Pinning(r) == regions[r].active \cup IF BugSharedPinsNothing THEN {} ELSE UNION {p.cells : p \in Parts(r)}
Needed == Smallest(UNION {Pinning(r) : r \in table})
Forgettable == {r \in DOMAIN retirements : BugRetiredForgotten \/ retirements[r] < Needed}
Release ==
  /\ Releases /\ (Needed > manifest.from \/ Forgettable # {})
  /\ manifest' = [manifest EXCEPT !.from = Needed, !.retired = Without(@, Forgettable)]
  /\ retirements' = Without(retirements, Forgettable)
  /\ UNCHANGED <<log, contents, present, table, regions, flush, compaction, doomed, change, writer, pin, history>>

(* ------------------------------------------------------------------- crashes *)
\* The cells of the log that no file has, by what any region says that holds or held the row.
Now(row) == CHOOSE r \in DOMAIN manifest.regions : row >= manifest.regions[r].low /\ row <= manifest.regions[r].high
IsFlushed(row, i) ==
  \/ i <= manifest.regions[Now(row)].through
  \/ ~BugReplayByRegion /\ \E r \in DOMAIN manifest.retired :
       LET q == manifest.retired[r] IN row >= q.low /\ row <= q.high /\ i <= q.through
Replayed(r) == {c \in Written(manifest.from, Sequence) : Now(c.row) = r /\ ~IsFlushed(c.row, c.seq)}

\* The process ends. Recovery replays the log, flushes it by one edit and removes what the MANIFEST does not name;
\* up to that edit nothing is changed, so that a crash within it changes nothing.
IsWhole(rs) == \A row \in Rows : Cardinality({r \in DOMAIN rs : row >= rs[r].low /\ row <= rs[r].high}) = 1
Crash ==
  /\ crashes < MaxCrashes /\ crashes' = crashes + 1
  /\ IsWhole(manifest.regions)
  /\ LET filled == {r \in DOMAIN manifest.regions : Replayed(r) # {}}
         file(r) == Len(contents) + Cardinality({q \in filled : q <= r})
         part(r) == [file |-> file(r), low |-> manifest.regions[r].low, high |-> manifest.regions[r].high]
         kept(r) == LET cells == Replayed(r) IN UNION {Newest(cells, c.row, Sequence) : c \in cells} IN
     /\ contents' = contents \o [i \in 1..Cardinality(filled) |-> kept(CHOOSE r \in filled : file(r) = Len(contents) + i)]
     /\ manifest' = [manifest EXCEPT !.from = Sequence + 1,
          !.regions = [r \in DOMAIN @ |-> [@[r] EXCEPT !.through = Sequence,
                                                       !.upper = @ \cup IF r \in filled THEN {part(r)} ELSE {}]]]
     /\ present' = (present \cup {file(r) : r \in filled}) \cap Named(manifest')
     /\ regions' = [r \in DOMAIN manifest.regions |->
          LET m == manifest'.regions[r] IN Region(m.low, m.high, <<>>, m.upper, m.bottom)]
  /\ table' = DOMAIN manifest.regions
  /\ retirements' = [r \in DOMAIN manifest.retired |-> Sequence]
  /\ isMisfit' = (isMisfit \/ \E i \in manifest.from..Sequence : \E row \in DOMAIN log[i].region :
       log[i].region[row] \notin DOMAIN manifest.regions \cup DOMAIN manifest.retired)
  /\ flush' = Idle /\ compaction' = Idle /\ doomed' = {} /\ change' = NoChange
  /\ writer' = NoWriter /\ pin' = NoPin
  /\ UNCHANGED <<log, isStale, changes, compactions, pins>>

(* --------------------------------------------------------------------- steps *)
Next ==
  \/ \E row \in Rows, delete \in {FALSE, Deletes} : Put(row, delete)
  \/ \E row \in Rows, check \in Rows \cup {0} : row # check /\ Resolve({row}, check)
  \/ Resolve(Rows, 0)
  \/ Look \/ Enter
  \/ Pin \/ Scan \/ Unpin
  \/ \E r \in table : \/ Seal(r) \/ BeginFlush(r)
                      \/ \E plan \in Plans(r) : BeginCompaction(r, plan)
                      \/ \E at \in (regions[r].low + 1)..regions[r].high : Split(r, at)
                      \/ \E s \in table : Merge(r, s)
  \/ EndFlush \/ EndCompaction \/ \E f \in doomed : RemoveFile(f)
  \/ EditRegions \/ EditRest \/ Exchange
  \/ Release \/ Crash
  \/ UNCHANGED vars
Spec == Init /\ [][Next]_vars
=============================================================================

------------------------- MODULE OwnershipPromises -------------------------
(* What regions promise, in every state.                                     *)
EXTENDS RegionOwnership

\* Each row has one region, in the MANIFEST and in the table that commits and reads go by.
Partition == IsWhole(manifest.regions) /\ IsWhole([r \in table |-> regions[r]])

\* Whoever reads now finds what was committed last, of every row.
Found == \A row \in Rows : Value(Cells(Owner(table, row)), row, Sequence) = Truth(row, Sequence)

\* Whoever reads at a snapshot finds what was committed by then, by the regions of now or those of when the scan began.
SnapshotsStay == pin.at # "idle" =>
  LET handle == IF pin.at = "scans" THEN pin.handle ELSE table IN
  \A row \in Rows : Value(Cells(Owner(handle, row)), row, pin.sequence) = Truth(row, pin.sequence)

\* A region shows no row of another.
Bounded == \A r \in table : \A c \in Cells(r) : Holds(r, c.row)

\* A cell is in one file, or in one memtable.
Places(r, c) ==
  (IF c \in regions[r].active THEN 1 ELSE 0)
  + Cardinality({p \in Parts(r) : c \in OfMemory(p)}) + Cardinality({p \in Files(r) : c \in OfFile(p)})
NeverTwice == \A r \in table : \A c \in Cells(r) : Places(r, c) = 1

\* What the MANIFEST names is there.
FilesAreThere == Named(manifest) \subseteq present

\* No commit is let in upon what was no longer so.
ChecksHold == ~isStale

\* No edit, and no record of the log, is for a region that is not there.
EditsFit == ~isMisfit
=============================================================================

-------------------------- MODULE MCTwoPhaseCommit --------------------------
(* Sizes at which TLC goes through all behaviours of TwoPhaseCommit.         *)
EXTENDS CommitPromises

TwoRows == 1..2
ThreeRows == 1..3
Symmetry == Permutations(Txns) \cup Permutations(Recoverers) \cup Permutations(Snapshots)

\* Lost updates, write skew by reads and by scans, blind writes, one row alone, readers of both.
Mixed == {<<"w", "b">>, <<"b", "w">>, <<"w", "r">>, <<"r", "w">>, <<"w", "s">>, <<"s", "b">>, <<"r", "r">>, <<"n", "w">>}
\* Whole transactions over both rows, and write skew.
Core == {<<"w", "w">>, <<"w", "r">>, <<"r", "b">>}
Skew == {<<"w", "r">>, <<"r", "w">>}
ScanSkew == {<<"w", "s">>, <<"s", "w">>}
\* A row that is scanned and put, blindly, with another one.
Scanned == {<<"p", "b">>}
\* One row in one call, beside both rows.
Alone == {<<"w", "n">>, <<"w", "w">>}
Both == {<<"w", "w">>}
\* For snapshots: one depends on what the other writes in a call; the same with whole transactions, and with a secondary.
Passed == {<<"r", "w">>, <<"w", "n">>}
PassedOrWhole == Passed \cup Both
PassedOfTwo == {<<"r", "w", "w">>, <<"w", "n", "n">>}
\* A secondary more, and a row that is only read.
Three == {<<"w", "b", "r">>, <<"b", "r", "w">>, <<"b", "w", "w">>}
=============================================================================

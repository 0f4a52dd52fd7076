--------------------------- MODULE MCLogRecovery ---------------------------
(* Sizes at which TLC goes through all behaviours of LogRecovery.            *)
EXTENDS RecoveryPromises

Symmetry == Permutations(Groups)
Both == {Groups}
OneOrBoth == {Groups} \cup {{g} : g \in Groups}
=============================================================================

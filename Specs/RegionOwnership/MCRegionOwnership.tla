------------------------- MODULE MCRegionOwnership -------------------------
(* Sizes at which TLC goes through all behaviours of RegionOwnership.        *)
EXTENDS OwnershipPromises

TwoRows == 1..2
ThreeRows == 1..3

\* Regions 1 and 2 of a row each, of which the second has been put and flushed: what AgesSpec begins with.
AgesInit ==
  LET file == {[file |-> 1, low |-> 2, high |-> 2]} IN
  /\ log = <<[region |-> (2 :> 2), delete |-> FALSE]>>
  /\ manifest = [regions |-> [r \in {1, 2} |-> Record(r, r, IF r = 2 THEN file ELSE {}, {}, r - 1)],
                 retired |-> <<>>, from |-> 2, next |-> 3]
  /\ contents = <<{[row |-> 2, seq |-> 1, delete |-> FALSE]}>> /\ present = {1}
  /\ table = {1, 2}
  /\ regions = [r \in {1, 2} |-> Region(r, r, <<>>, IF r = 2 THEN file ELSE {}, {})]
  /\ retirements = <<>>
  /\ flush = Idle /\ compaction = Idle /\ doomed = {} /\ change = NoChange
  /\ writer = NoWriter /\ pin = NoPin
  /\ isStale = FALSE /\ isMisfit = FALSE
  /\ changes = 0 /\ compactions = 0 /\ pins = 0 /\ crashes = 0
AgesSpec == AgesInit /\ [][Next]_vars
=============================================================================

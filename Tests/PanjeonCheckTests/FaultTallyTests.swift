// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonTesting
import Testing

@Suite("Which faults were injected")
struct FaultTallyTests {
  private func counts(_ faults: WorkloadFault...) -> WorkloadFaultCounts {
    var counts = WorkloadFaultCounts()
    for fault in faults { counts[fault] += 1 }
    return counts
  }

  @Test("Each kind that was asked for must be among them, not only some")
  func eachKind() {
    var tally = FaultTally(asked: [.crash, .skew, .stall])
    tally.add(counts(.skew, .skew))
    #expect(
      tally.missingText
        == "no fault was injected of crash,stall, asked for though: run more transactions, or more seeds"
    )
    tally.add(counts(.stall))
    #expect(tally.missingText?.contains("of crash,") == true)
    tally.add(counts(.crash))
    #expect(tally.missingText == nil)
  }

  @Test("Nothing is missing when nothing was asked for")
  func none() {
    #expect(FaultTally(asked: []).missingText == nil)
  }
}

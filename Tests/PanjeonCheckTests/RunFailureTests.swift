// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonTesting
import Testing
import WideColumn

@Suite("Why a run did not come to its end")
struct RunFailureTests {
  @Test("Corruption is the store's fault, whenever it is met")
  func corruption() {
    for moment in [RunFailure.Moment.opening, .running, .reopening, .closing, .readingLast] {
      #expect(RunFailure(StoreError(.corruption, "a bit"), moment).kind == .violated)
    }
  }

  @Test(
    "A store that cannot be opened after a crash is violated, whatever it says",
    arguments: [StoreError.Code.io, .notAStore, .locked, .unsupportedFormat, .invalidArgument])
  func reopening(code: StoreError.Code) {
    let failure = RunFailure(StoreError(code, "why"), .reopening)
    #expect(failure.kind == .violated)
    #expect(failure.message == "the store could not be opened again: \(StoreError(code, "why"))")
    #expect(RunFailure(StoreError(code, "why"), .opening).kind == .failed)
  }

  @Test("A full disk is nobody's fault")
  func fullDisk() {
    #expect(RunFailure(StoreError(.noSpace, "full"), .reopening).kind == .failed)
  }

  @Test(
    "What a process writes down of itself is read again",
    arguments: [
      LifeRemark.met(.error("readOnly")), .met(.malformed("the row of key 1 holds no value")),
      .failed(RunFailure(.violated, "the store could not be opened again: corruption: x")),
      .failed(RunFailure(.failed, "why")),
    ])
  func remarks(remark: LifeRemark) {
    #expect(LifeRemark(line: remark.line) == remark)
  }

  @Test("A remark is one line, and other lines are none")
  func oneLine() {
    #expect(LifeRemark.met(.malformed("a\nb")).line == "!malformed a b")
    for line in ["", "!", "!rain", "#error x", "error x"] { #expect(LifeRemark(line: line) == nil) }
  }
}

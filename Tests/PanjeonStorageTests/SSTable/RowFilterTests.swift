// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing

@Suite("Row filter")
struct RowFilterTests {
  private func hash(_ text: String) -> UInt64 {
    Array(text.utf8).withUnsafeBytes { RowHash.hash($0) }
  }

  @Test(
    "Every row is found, and at ten bits a row fewer than two in a hundred others are",
    arguments: [1, 50, 51, 1000, 100_000])
  func falsePositives(rows: Int) {
    // Keys that differ in a few digits are the hardest to keep apart.
    let hashes = (0..<rows).map { hash("user\(10_000_000 + $0)") }
    let filter = RowFilter(hashes: hashes, bitsPerRow: 10)
    #expect(hashes.allSatisfy { filter.mayContain($0) })
    let found = (0..<20_000).count { filter.mayContain(hash("user\(90_000_000 + $0)")) }
    #expect(found < 400, "\(found) of 20000")
    if rows >= 50 { #expect(filter.bytes.count * 8 <= rows * 10 + 512) }
  }

  @Test("More bits make fewer mistakes, down to one in a thousand at sixteen")
  func bits() {
    let hashes = (0..<50_000).map { hash("row \($0)") }
    let wrong = [6, 10, 16].map { bits in
      let filter = RowFilter(hashes: hashes, bitsPerRow: bits)
      return (0..<50_000).count { filter.mayContain(hash("other \($0)")) }
    }
    #expect(wrong[0] > wrong[1] && wrong[1] > wrong[2], "\(wrong)")
    #expect(wrong[2] < 250, "\(wrong)")
  }

  @Test("A filter of no bytes lets every row through")
  func none() {
    #expect(RowFilter(bytes: []).mayContain(hash("any")))
  }
}

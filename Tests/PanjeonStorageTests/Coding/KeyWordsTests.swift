// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Words of keys")
struct KeyWordsTests {
  /// Ascending keys that begin alike, differ early or late, and hold zeros, which words are padded with.
  private static func keys(_ random: inout SplitMix64) -> [[UInt8]] {
    let beginning = [UInt8](repeating: 7, count: Int.random(in: 0...12, using: &random))
    let alphabet: [UInt8] = [0, 0, 1, 7, 0xFF]
    let keys = (0..<Int.random(in: 1...60, using: &random)).map { _ in
      beginning
        + (0..<Int.random(in: 0...12, using: &random)).map { _ in
          alphabet.randomElement(using: &random) ?? 0
        }
    }
    return Set(keys).sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static func common(_ keys: [[UInt8]]) -> Int {
    keys[0].withUnsafeBytes { first in
      keys[keys.count - 1].withUnsafeBytes { KeyWords.common(first, $0) }
    }
  }

  @Test(
    "Before the places of a word all keys are less than any with that word, behind them all are greater"
  )
  func places() {
    var random = SplitMix64(seed: TestSeed.value)
    var comparisons = 0
    for _ in 0..<300 {
      let keys = Self.keys(&random)
      let common = Self.common(keys)
      let words = keys.map { key in key.withUnsafeBytes { KeyWords.word($0, behind: common) } }
      for sought in keys + Self.keys(&random) where sought.starts(with: keys[0].prefix(common)) {
        let word = sought.withUnsafeBytes { KeyWords.word($0, behind: common) }
        let places = words.withUnsafeBufferPointer { KeyWords.places(of: word, in: $0) }
        for (place, key) in keys.enumerated() {
          if place < places.lowerBound { #expect(key.lexicographicallyPrecedes(sought)) }
          if place >= places.upperBound { #expect(sought.lexicographicallyPrecedes(key)) }
          comparisons += 1
        }
      }
    }
    #expect(comparisons > 10_000)
  }

  @Test("A key that does not begin like all others is before all, or behind all")
  func beginnings() {
    var random = SplitMix64(seed: TestSeed.value)
    var found = Set<Int>()
    for _ in 0..<300 {
      let keys = Self.keys(&random)
      let beginning = Array(keys[0].prefix(Self.common(keys)))
      let sought = Self.keys(&random)[0]
      let order = sought.withUnsafeBytes { sought in
        beginning.withUnsafeBytes { KeyWords.order(sought, $0) }
      }
      found.insert(order.signum())
      for key in keys where order != 0 {
        #expect(sought.lexicographicallyPrecedes(key) == (order < 0))
      }
    }
    #expect(found == [-1, 0, 1])
  }

  @Test("An index finds the block that a scan of all keys finds, also beside keys with zeros")
  func index() throws {
    var random = SplitMix64(seed: TestSeed.value)
    for _ in 0..<100 {
      let rows = Self.keys(&random)
      let cellKey = [UInt8](repeating: 1, count: CellKey.bytesMin)
      let keys = rows.map { row in
        var key: [UInt8] = []
        row.withUnsafeBytes { row in
          cellKey.withUnsafeBytes { TableIndex.appendKey(row: row, key: $0, to: &key) }
        }
        return key
      }
      var written = TableIndex()
      for (place, key) in keys.enumerated() {
        written.append(key: key, handle: BlockHandle(offset: UInt64(place) * 10, length: 10))
      }
      let index = try written.encode().withRawBytes { (bytes) throws(MalformedBytes) in
        var reader = ByteReader(bytes)
        return try TableIndex(&reader, dataEnd: UInt64(keys.count) * 10)
      }
      for row in rows + Self.keys(&random) {
        for cell in [[], cellKey, cellKey + [9]] {
          let found = row.withUnsafeBytes { row in
            cell.withUnsafeBytes { index.firstBlock(atOrAfter: row, key: $0) }
          }
          var sought: [UInt8] = []
          row.withUnsafeBytes { row in
            cell.withUnsafeBytes { TableIndex.appendKey(row: row, key: $0, to: &sought) }
          }
          let expected = keys.firstIndex { !$0.lexicographicallyPrecedes(sought) } ?? keys.count
          #expect(found == expected)
        }
      }
    }
  }
}

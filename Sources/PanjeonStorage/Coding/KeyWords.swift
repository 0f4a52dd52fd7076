// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Eight bytes of each of some ascending keys, behind what all of them begin with, as a number: a search among them looks at one
/// run of words, and at the keys themselves only where words are alike.
///
/// An idea of Lomet (2001, doi:10.1145/376284.375688: poor man's normalized keys).
package enum KeyWords {
  /// The word of a key, shorter ones padded with zeros: of two keys that begin alike, the lesser has no greater word.
  @inline(always)
  package static func word(_ key: UnsafeRawBufferPointer, behind common: Int) -> UInt64 {
    if key.count >= common + 8 {
      return UInt64(bigEndian: unsafe key.loadUnaligned(fromByteOffset: common, as: UInt64.self))
    }
    var word: UInt64 = 0
    var place = common
    while place < common + 8 {
      word = unsafe word << 8 | (place < key.count ? UInt64(key[place]) : 0)
      place += 1
    }
    return word
  }

  /// How many bytes two keys, and all between them, begin with alike.
  package static func common(
    _ first: UnsafeRawBufferPointer, _ last: UnsafeRawBufferPointer
  ) -> Int {
    var count = 0
    while count < first.count, count < last.count, unsafe first[count] == last[count] { count += 1 }
    return count
  }

  /// How a key's beginning compares with what all keys begin with: then the words say nothing unless it is zero.
  @inline(always)
  package static func order(
    _ key: UnsafeRawBufferPointer, _ beginning: UnsafeRawBufferPointer
  ) -> Int {
    unsafe compareBytes(
      UnsafeRawBufferPointer(rebasing: key.prefix(beginning.count)), beginning)
  }

  /// The places of the keys whose words are those of `word`, or where they would be: before them all are less, behind them greater.
  @inline(always)
  package static func places(
    of word: UInt64, in words: UnsafeBufferPointer<UInt64>
  ) -> Range<Int> {
    let low = unsafe firstPlace(in: words, from: 0) { $0 >= word }
    if unsafe low == words.count || words[low] != word { return low..<low }
    return unsafe low..<firstPlace(in: words, from: low + 1) { $0 > word }
  }

  @inline(always)
  private static func firstPlace(
    in words: UnsafeBufferPointer<UInt64>, from start: Int, where isBehind: (UInt64) -> Bool
  ) -> Int {
    var low = start
    var count = words.count - start
    while count > 0 {
      let half = count / 2
      if unsafe isBehind(words[low + half]) {
        count = half
      } else {
        low += half + 1
        count -= half + 1
      }
    }
    return low
  }
}

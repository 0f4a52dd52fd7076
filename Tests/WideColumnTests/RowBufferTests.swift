// SPDX-License-Identifier: Apache-2.0

import Testing
import WideColumn

@Suite("Row buffers")
struct RowBufferTests {
  private struct Content: Equatable {
    var qualifier: [UInt8]
    var value: [UInt8]
    var timestamp: Int64
  }

  /// The same numbers each time (Knuth's MMIX).
  private struct Numbers: RandomNumberGenerator {
    private var state: UInt64 = 1

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 33
    }
  }

  private func buffer(_ contents: [Content], key: [UInt8]) -> RowBuffer {
    var bytes = key
    var slots: [RowBuffer.Slot] = []
    for content in contents {
      let start = bytes.count
      bytes += content.qualifier
      let valueStart = bytes.count
      bytes += content.value
      slots.append(
        RowBuffer.Slot(
          family: 0, qualifierStart: start, valueStart: valueStart, valueEnd: bytes.count,
          timestamp: content.timestamp))
    }
    return RowBuffer(cellsMax: slots.count, families: ["data"]) { room in
      _ = room.initialize(fromContentsOf: slots)
      return (bytes, slots.count)
    }
  }

  private func contents(_ buffer: RowBuffer) -> [Content] {
    (0..<buffer.cellCount).map { index in
      let slot = buffer[index]
      return Content(
        qualifier: Array(buffer.bytes[slot.qualifier]), value: Array(buffer.bytes[slot.value]),
        timestamp: slot.timestamp)
    }
  }

  @Test("Values of all lengths, none among them, are replaced, and nothing else is")
  func replacing() {
    var random = Numbers()
    for _ in 0..<300 {
      // The lengths of a few bytes make empty qualifiers and values common, also next to each other.
      func bytes() -> [UInt8] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
      }
      var model = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        Content(qualifier: bytes(), value: bytes(), timestamp: 1)
      }
      var present = buffer(model, key: [7, 8, 9])
      for round in 0..<10 {
        let earlier = (buffer: round % 2 == 0 ? present : nil, model)
        let index = Int.random(in: 0..<model.count, using: &random)
        model[index].value = bytes()
        model[index].timestamp += 1
        model[index].value.withUnsafeBytes {
          present.replaceValue(ofCell: index, with: $0, timestamp: model[index].timestamp)
        }
        #expect(contents(present) == model)
        if let old = earlier.buffer {
          #expect(contents(old) == earlier.1, "who has the buffer from before sees no change")
          #expect(!old.isIdentical(to: present))
        }
        [7, 8, 9].map { UInt8($0) }.withUnsafeBytes {
          #expect(present.begins(with: $0, ofCount: 3))
          #expect(!present.begins(with: $0, ofCount: 2))
        }
      }
    }
  }

  @Test("Cells are appended beyond the room that there was; a copy is the same in other memory")
  func appending() {
    var present = RowBuffer(cellsMax: 1, families: ["data"])
    for number in 0..<100 {
      #expect(present.cellCount == number)
      present.append(
        RowBuffer.Slot(
          family: 0, qualifierStart: number, valueStart: number, valueEnd: number + 1,
          timestamp: Int64(number)))
    }
    present.finish(bytes: (0..<100).map { UInt8($0) }, keyBytes: [9])
    for buffer in [present, present.copy()] {
      #expect(contents(buffer).map(\.value) == (0..<100).map { [UInt8($0)] })
      #expect((0..<100).allSatisfy { buffer[$0].timestamp == Int64($0) })
      #expect(buffer.keyBytes == [9] && buffer.families == ["data"])
    }
    #expect(!present.copy().isIdentical(to: present))
  }

  @Test("A column is found by family and qualifier; what is not there is not found")
  func finding() {
    let present = buffer(
      [
        Content(qualifier: [], value: [1], timestamp: 1),
        Content(qualifier: [5], value: [], timestamp: 1),
        Content(qualifier: [5, 6], value: [2], timestamp: 1),
      ], key: [])
    func find(_ qualifier: [UInt8], family: UInt16 = 0) -> Int? {
      qualifier.withUnsafeBytes { present.firstCell(family: family, qualifier: $0) }
    }
    #expect(find([]) == 0 && find([5]) == 1 && find([5, 6]) == 2)
    #expect(find([6]) == nil && find([5, 6, 7]) == nil && find([5], family: 1) == nil)
  }
}

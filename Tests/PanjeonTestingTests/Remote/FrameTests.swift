// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing
import WideColumn

@Suite("Frame")
struct FrameTests {
  @Test("Payloads come out as they went in, however their bytes arrive", .timeLimit(.minutes(15)))
  func pieces() throws {
    TestSeed.announce("frames in pieces")
    var random = SplitMix64(seed: TestSeed.value)
    for _ in 0..<100 {
      let payloads = (0..<20).map { _ in
        (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
      }
      var bytes = payloads.flatMap { Frame.around($0) }
      var reader = FrameReader()
      var received: [[UInt8]] = []
      while !bytes.isEmpty {
        let count = min(bytes.count, 1 + random.below(100))
        reader.append(Array(bytes.prefix(count)))
        bytes.removeFirst(count)
        while let payload = try reader.next() { received.append(payload) }
      }
      #expect(received == payloads)
      #expect(reader.pendingBytes == 0)
    }
  }

  @Test("A damaged frame is refused, and none of another length is waited for")
  func damaged() {
    let frame = Frame.around(Array("some payload".utf8))
    for index in 4..<frame.count {
      var damaged = frame
      damaged[index] ^= 0x10
      var reader = FrameReader()
      reader.append(damaged)
      #expect(throws: (any Error).self) { try reader.next() }
    }
    var reader = FrameReader()
    reader.append([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
    #expect(reader.hasFrame)
    #expect(throws: (any Error).self) { try reader.next() }
  }

  @Test("Half a frame is none yet")
  func half() throws {
    let frame = Frame.around([1, 2, 3])
    for count in 0..<frame.count {
      var reader = FrameReader()
      reader.append(Array(frame.prefix(count)))
      #expect(try reader.next() == nil)
      #expect(!reader.hasFrame)
    }
  }
}

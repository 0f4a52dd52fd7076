// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing
import WideColumn

@Suite("The coding of what goes over the wire")
struct WireCodingTests {
  private static let rounds = 500 * TestSeed.effort

  private func generator(_ what: String) -> WireValueGenerator {
    TestSeed.announce(what)
    return WireValueGenerator(seed: TestSeed.value)
  }

  private func check<V: WireValue & Equatable>(_ value: V) throws {
    #expect(try V(decoding: value.encoded) == value)
  }

  @Test("What is encoded is decoded as it was, of every kind", .timeLimit(.minutes(15)))
  func roundTrips() async throws {
    var draw = generator("round trips")
    for _ in 0..<Self.rounds {
      await Task.yield()
      try check(draw.bytes())
      try check(draw.text())
      try check(draw.duration())
      try check(draw.range())
      try check(draw.filter())
      try check(draw.selection())
      try check(draw.get())
      try check(draw.scan())
      try check(draw.change())
      try check(draw.schema())
      try check(draw.call())
      let answer = draw.answer()
      #expect(try RemoteAnswer(decoding: answer.encoded).encoded == answer.encoded)
    }
  }

  @Test("A row keeps its cells, and whether there may be more", .timeLimit(.minutes(15)))
  func rows() async throws {
    var draw = generator("rows")
    for _ in 0..<Self.rounds {
      await Task.yield()
      let row = draw.row()
      for part in [row, row.dropping(first: 0, keeping: 1)].compactMap({ $0 }) {
        let decoded = try RowResult(decoding: part.encoded)
        #expect(decoded == part)
        #expect(decoded.mayHaveMoreCells == part.mayHaveMoreCells)
        for cell in part {
          let (family, qualifier) = (cell.column.family, cell.column.qualifier)
          #expect(
            decoded.value(family: family, qualifier: qualifier)
              == part.value(family: family, qualifier: qualifier))
        }
      }
    }
  }

  @Test("An error keeps its code, message, place and cause; an unknown code is io")
  func errors() async throws {
    var draw = generator("errors")
    for _ in 0..<Self.rounds {
      await Task.yield()
      let error = draw.error()
      let decoded = try StoreError(decoding: error.encoded)
      #expect(decoded.code == error.code)
      #expect(decoded.description == error.description)
      #expect(decoded.rows == error.rows && decoded.offset == error.offset)
    }
    #expect(Set(StoreError.Code.sent).count == StoreError.Code.sent.count)
    var encoder = WireEncoder()
    encoder.append("someNewCode")
    encoder.append("a message")
    for _ in 0..<4 { encoder.append(false) }
    let unknown = try StoreError(decoding: encoder.bytes)
    #expect(unknown.code == .io && unknown.message == "a message")
  }

  @Test("Limits, incarnations and greetings")
  func greetings() throws {
    var limits = StoreLimits()
    limits.valueBytesMax = 7
    limits.batchBytesMax = 9
    let incarnation = StoreIncarnation(
      store: StoreIdentity(high: .max, low: 1), number: 2, nonce: 3)
    try check(limits)
    try check(incarnation)
    try check(Greeting())
    try check(Greeting(store: Greeting.Store(limits: limits, incarnation: incarnation)))
    let later = try Greeting(decoding: WireFormat.mark + [2, 1, 2, 3])
    #expect(later.version == 2 && later.store == nil)
    #expect(throws: (any Error).self) { try Greeting(decoding: Array("PNJS\u{1}".utf8)) }
  }

  @Test("Bytes that end too early are refused", .timeLimit(.minutes(15)))
  func truncated() async {
    var draw = generator("truncated bytes")
    for _ in 0..<Self.rounds / 10 {
      await Task.yield()
      let call = draw.call().encoded
      for count in 0..<call.count {
        #expect(throws: (any Error).self) { try RemoteCall(decoding: Array(call.prefix(count))) }
      }
      let answer = draw.answer().encoded
      for count in 0..<answer.count {
        #expect(throws: (any Error).self) {
          try RemoteAnswer(decoding: Array(answer.prefix(count)))
        }
      }
    }
  }

  @Test("Damaged bytes are refused or mean something, and stop nothing", .timeLimit(.minutes(15)))
  func damaged() async {
    var draw = generator("damaged bytes")
    var refusals = 0
    for _ in 0..<(Self.rounds * 5) {
      await Task.yield()
      let isCall = draw.random.chance(0.5)
      var bytes = isCall ? draw.call().encoded : draw.answer().encoded
      if draw.random.chance(0.1) {
        bytes = (0..<draw.random.below(60)).map { _ in UInt8(draw.random.below(256)) }
      }
      for _ in 0...draw.random.below(3) where !bytes.isEmpty {
        bytes[draw.random.below(bytes.count)] = UInt8(draw.random.below(256))
      }
      do {
        let again =
          isCall
          ? try RemoteCall(decoding: bytes).encoded : try RemoteAnswer(decoding: bytes).encoded
        #expect(
          try again
            == (isCall
              ? RemoteCall(decoding: again).encoded : RemoteAnswer(decoding: again).encoded))
      } catch {
        refusals += 1
      }
    }
    #expect(refusals > Self.rounds)
  }

  @Test("Filters are read up to a depth and a number of parts, beyond what stores accept")
  func filters() throws {
    var filter = Filter.value(.prefix("v"))
    for _ in 1..<WireFormat.filterDepthMax { filter = .not(filter) }
    try check(filter)
    #expect(throws: (any Error).self) { try Filter(decoding: Filter.not(filter).encoded) }
    #expect(WireFormat.filterDepthMax > Filter.depthMax)
    let part = Filter.timestamps([])
    try check(Filter.all([Filter](repeating: part, count: WireFormat.filterNodesMax - 1)))
    let many = Filter.all([Filter](repeating: part, count: WireFormat.filterNodesMax))
    #expect(throws: (any Error).self) { try Filter(decoding: many.encoded) }
    #expect(WireFormat.filterNodesMax > Filter.nodesMax)
  }

  @Test("A list is not longer than its bytes, nor than the bound of a payload")
  func lists() {
    var encoder = WireEncoder()
    encoder.append(UInt64.max)
    #expect(throws: (any Error).self) { try KeyRange(decoding: encoder.bytes) }
    let few = [Mutation](repeating: .deleteRow(upTo: nil), count: WireFormat.elementsMax)
    var within = WireEncoder()
    within.append(RowMutations("r", few))
    #expect(within.isWithinBounds)
    #expect(throws: Never.self) { try RowMutations(decoding: within.bytes) }
    var beyond = WireEncoder()
    beyond.append(RowMutations("r", few + [.deleteRow(upTo: nil)]))
    #expect(!beyond.isWithinBounds)
    #expect(throws: (any Error).self) { try RowMutations(decoding: beyond.bytes) }
  }
}

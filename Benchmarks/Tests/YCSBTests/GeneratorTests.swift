// SPDX-License-Identifier: Apache-2.0

import Testing
import WideColumn
import YCSB

@Suite("Generators")
struct GeneratorTests {
  @Test("The hash and the keys are YCSB's")
  func keys() throws {
    let options = try CoreOptions(Properties())
    let expected = [
      "user6284781860667377211", "user8517097267634966620", "user1820151046732198393",
      "user4052466453699787802", "user3232700585171816769",
    ]
    for (number, key) in expected.enumerated() {
      var bytes: [UInt8] = []
      options.appendKey(of: Int64(number), to: &bytes)
      #expect(String(decoding: bytes, as: UTF8.self) == key)
    }
    var properties = Properties()
    properties["insertorder"] = "ordered"
    properties["zeropadding"] = "8"
    var bytes: [UInt8] = []
    try CoreOptions(properties).appendKey(of: 42, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "user00000042")
  }

  @Test("Zipfian constants and probabilities are those of Gray's method")
  func zipfian() {
    #expect(Zipfian.zeta(from: 0, to: 2, theta: 0.99, initial: 0) == 1.5034777750283594)
    let zipfian = Zipfian(items: 1000)
    #expect(abs(zipfian.zeta - 7.728953217284729) < 1e-9)
    #expect(abs(zipfian.eta - 0.07480608670689805) < 1e-9)
    var random = SplitMix64(seed: 7)
    var counts = [Int](repeating: 0, count: 1000)
    let draws = 400_000
    for _ in 0..<draws { counts[Int(zipfian.next(&random))] += 1 }
    #expect(abs(Double(counts[0]) / Double(draws) - 0.12938) < 0.003)
    #expect(abs(Double(counts[1]) / Double(draws) - 0.06514) < 0.002)
    #expect(counts[10] > counts[100] && counts[100] > counts[900])
  }

  @Test("A zipfian range that grows is what it would have been from the start")
  func growing() {
    var grown = Zipfian(items: 10)
    for items in [11, 50, 1000] as [Int64] { grown.grow(to: items) }
    let whole = Zipfian(items: 1000)
    #expect(abs(grown.zeta - whole.zeta) < 1e-9)
    #expect(abs(grown.eta - whole.eta) < 1e-9)
  }

  @Test("Scrambled numbers stay in their range, and the hottest takes one in 26")
  func scrambled() {
    let scrambled = ScrambledZipfian(first: 5, last: 10_004)
    var random = SplitMix64(seed: 3)
    var counts: [Int64: Int] = [:]
    for _ in 0..<200_000 {
      let number = scrambled.next(&random)
      #expect(number >= 5 && number <= 10_004)
      counts[number, default: 0] += 1
    }
    let hottest = counts.max { $0.value < $1.value }
    #expect(hottest?.key == 5 + fnvHash64(0) % 10_000)
    #expect(abs(Double(hottest?.value ?? 0) / 200_000 - 1 / 26.469) < 0.003)
  }

  @Test("Records are not read before all before them have been inserted")
  func acknowledged() {
    let counter = AcknowledgedCounter(10)
    #expect(counter.last == 9)
    let numbers = (0..<4).map { _ in counter.next() }
    #expect(numbers == [10, 11, 12, 13])
    counter.acknowledge(12)
    counter.acknowledge(11)
    #expect(counter.last == 9)
    counter.acknowledge(10)
    #expect(counter.last == 12)
    counter.acknowledge(13)
    #expect(counter.last == 13)
  }

  @Test(
    "Every request distribution stays within the records",
    arguments: RequestDistribution.allCases)
  func choosers(_ distribution: RequestDistribution) throws {
    var properties = Properties()
    properties["recordcount"] = "1000"
    properties["operationcount"] = "100"
    properties["requestdistribution"] = distribution.rawValue
    properties["workload"] = "core"
    let workload = try CoreWorkload(properties)
    var chooser = try #require(workload.chooser)
    var random = SplitMix64(seed: 11)
    var low = 0
    var newest = 0
    for _ in 0..<20_000 {
      let number = chooser.next(&random)
      #expect((0..<1000).contains(number))
      if number < 200 { low += 1 }
      if number == 999 { newest += 1 }
    }
    switch distribution {
    case .uniform: #expect(abs(low - 4000) < 400)
    case .hotspot: #expect(abs(low - 16_000) < 400)
    case .sequential: #expect(low == 4000)
    case .latest: #expect(newest > 2000)
    case .exponential: #expect(newest < 200 && low < 4000)
    case .zipfian: #expect(newest < 2000)
    }
  }

  @Test("Deterministic values are those of YCSB's checks")
  func deterministic() {
    // Java: "abc".hashCode() == 96354.
    #expect(RecordContents.javaHash(Array("abc".utf8)) == 96354)
    let value = RecordContents.deterministic(key: Array("user1".utf8), field: "field0", count: 30)
    let head = "user1:field0"
    let hash = RecordContents.javaHash(Array((head + ":").utf8))
    #expect(String(decoding: value, as: UTF8.self).hasPrefix("\(head):\(hash)"))
    #expect(value.count == 30)
  }
}

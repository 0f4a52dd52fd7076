// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Log framing")
struct LogFramingTests {
  private func record(_ random: inout SplitMix64, _ count: Int) -> [UInt8] {
    let first = UInt8(random.below(256))
    return (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) }
  }

  private func read(
    _ file: any File, number: UInt64, end: UInt64? = nil
  ) throws(StoreError) -> (records: [[UInt8]], tail: LogTail) {
    var records: [[UInt8]] = []
    let tail = try LogReader.read(file: file, number: number, end: end) { bytes, _ in
      records.append(Array(bytes))
    }
    return (records, tail)
  }

  @Test("Records of every length come back, at every place in a block")
  func lengths() throws {
    TestSeed.announce("LogFramingTests")
    var random = SplitMix64(seed: TestSeed.value)
    let block = LogFormat.blockBytes
    let header = LogFormat.headerBytes
    for round in 0..<(15 * TestSeed.effort) {
      let disk = InMemoryFileSystem()
      let file = try disk.open("/log", .createNew)
      var writer = LogWriter(file: file, number: 7, previous: nil)
      var records: [[UInt8]] = []
      for _ in 0..<30 {
        // Around the end of a block every remainder matters.
        let left = block - Int(writer.offset % UInt64(block))
        let near = max(0, left - header - 30 + random.below(60))
        let length = [0, random.below(300), near, block * 2 + random.below(100)][random.below(4)]
        records.append(record(&random, length))
        records[records.count - 1].withUnsafeBytes { writer.append($0) }
        if random.chance(0.3) { try writer.flush() }
        if random.chance(0.1) { try writer.sync() }
      }
      try writer.flush()
      let (found, tail) = try read(file, number: 7)
      #expect(found == records, "round \(round)")
      #expect(tail.end == writer.offset)
      #expect(tail.droppedBytes == 0)
      #expect(tail.header?.number == 7)
    }
  }

  @Test("A segment is made longer in steps, by zeros that are neither read nor counted as lost")
  func growth() throws {
    var random = SplitMix64(seed: TestSeed.value)
    let disk = InMemoryFileSystem()
    let file = try disk.open("/log", .createNew)
    var writer = LogWriter(file: file, number: 7, previous: nil, growthBytes: 4096)
    var records: [[UInt8]] = []
    var sizes: Set<UInt64> = []
    for _ in 0..<200 {
      records.append(record(&random, random.below(300)))
      records[records.count - 1].withUnsafeBytes { writer.append($0) }
      try writer.flush()
      sizes.insert(try file.size())
      let (found, tail) = try read(file, number: 7)
      try #require(found == records)
      try #require(tail.end == writer.offset)
      try #require(tail.droppedBytes == 0)
    }
    // Most writes leave the length alone.
    #expect(sizes.count <= 1 + Int(writer.offset) / 4096)
    #expect(sizes.allSatisfy { $0.isMultiple(of: 4096) })
  }

  @Test("A file that is used again is made longer only behind its old end")
  func growthOfRecycled() throws {
    let disk = InMemoryFileSystem()
    let file = try disk.open("/log", .createNew)
    try [UInt8](repeating: 0xAA, count: 10_000).withRawBytes { (bytes) throws(StoreError) in
      try file.write(bytes, at: 0)
    }
    var writer = LogWriter(
      file: file, number: 7, previous: nil, fileBytes: 10_000, growthBytes: 4096)
    for expected in [10_000, 10_000, 10_000, 12_288] as [UInt64] {
      [UInt8](repeating: 1, count: 3000).withUnsafeBytes { writer.append($0) }
      try writer.flush()
      #expect(try file.size() == expected)
    }
    let (found, tail) = try read(file, number: 7)
    #expect(found.count == 4)
    #expect(tail.end == writer.offset)
  }

  @Test("Where there is no room for zeros the records are written all the same")
  func growthWithoutRoom() throws {
    let disk = InMemoryFileSystem()
    let failing = FailingFileSystem(disk) { call in
      let end = (call.offset ?? 0) + UInt64(call.byteCount ?? 0)
      return call.kind == .write && end > 2000 ? .noSpace : nil
    }
    let file = try failing.open("/log", .createNew)
    var writer = LogWriter(file: file, number: 7, previous: nil, growthBytes: 4096)
    var records: [[UInt8]] = []
    for count in 1...10 {
      let record = [UInt8](repeating: UInt8(count), count: 150)
      record.withUnsafeBytes { writer.append($0) }
      try writer.flush()
      records.append(record)
    }
    #expect(!failing.injected.isEmpty)
    #expect(try read(file, number: 7).records == records)
    let last = [UInt8](repeating: 11, count: 500)
    last.withUnsafeBytes { writer.append($0) }
    let end = writer.offset
    #expect(throws: StoreError.self) { try writer.flush() }
    #expect(writer.offset == end)
    failing.heal()
    try writer.flush()
    #expect(try read(file, number: 7).records == records + [last])
  }

  @Test("What a recycled file held before is neither read nor counted as lost")
  func recycled() throws {
    var random = SplitMix64(seed: TestSeed.value)
    let disk = InMemoryFileSystem()
    let file = try disk.open("/log", .createNew)
    var old = LogWriter(file: file, number: 7, previous: nil)
    for _ in 0..<200 { record(&random, 1 + random.below(900)).withUnsafeBytes { old.append($0) } }
    try old.flush()
    try old.sync()
    for count in 0..<40 {
      let number = UInt64(8 + count)
      var new = LogWriter(file: file, number: number, previous: (number: 7, end: old.offset))
      var records: [[UInt8]] = []
      for _ in 0..<count {
        records.append(record(&random, random.below(900)))
        records[records.count - 1].withUnsafeBytes { new.append($0) }
      }
      try new.flush()
      let (found, tail) = try read(file, number: number)
      #expect(found == records)
      #expect(tail.end == new.offset)
      #expect(tail.droppedBytes == 0)
    }
  }

  @Test("Cut anywhere, the newest segment yields a prefix; one that must be whole is an error")
  func truncated() throws {
    var random = SplitMix64(seed: TestSeed.value)
    let disk = InMemoryFileSystem()
    let file = try disk.open("/log", .createNew)
    var writer = LogWriter(file: file, number: 7, previous: nil)
    var records: [[UInt8]] = []
    var ends: [UInt64] = []
    for _ in 0..<60 {
      records.append(record(&random, random.below(2500)))
      records[records.count - 1].withUnsafeBytes { writer.append($0) }
      ends.append(writer.offset)
    }
    try writer.flush()
    let bytes = disk.contents(of: "/log") ?? []
    let cuts = (0..<300).map { _ in random.below(bytes.count) } + ends.map { Int($0) }
    for cut in cuts {
      let copy = InMemoryFileSystem()
      let cutFile = try copy.open("/log", .createNew)
      try Array(bytes.prefix(cut)).withRawBytes { (part) throws(StoreError) in
        try cutFile.write(part, at: 0)
      }
      let (found, tail) = try read(cutFile, number: 7)
      let whole = ends.count { $0 <= UInt64(cut) }
      #expect(found == Array(records.prefix(whole)), "cut at \(cut)")
      let lastEnd = whole > 0 ? ends[whole - 1] : tail.end
      #expect(tail.end == lastEnd)
      if cut < bytes.count {
        #expect(throws: StoreError.self) { try read(cutFile, number: 7, end: writer.offset) }
      }
    }
  }

  @Test("A flipped bit before a synced offset is corruption, behind it a shorter log")
  func flipped() throws {
    var random = SplitMix64(seed: TestSeed.value)
    let disk = InMemoryFileSystem()
    let file = try disk.open("/log", .createNew)
    var writer = LogWriter(file: file, number: 7, previous: nil)
    var records: [[UInt8]] = []
    func append() {
      records.append(record(&random, 1 + random.below(700)))
      records[records.count - 1].withUnsafeBytes { writer.append($0) }
    }
    for _ in 0..<80 { append() }
    try writer.flush()
    try writer.sync()
    let synced = writer.syncedOffset
    for _ in 0..<20 { append() }
    try writer.flush()
    let bytes = disk.contents(of: "/log") ?? []
    for _ in 0..<300 {
      let place = random.below(bytes.count)
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(random.below(8))
      let copy = InMemoryFileSystem()
      let damagedFile = try copy.open("/log", .createNew)
      try damaged.withRawBytes { (part) throws(StoreError) in try damagedFile.write(part, at: 0) }
      do throws(StoreError) {
        let (found, _) = try read(damagedFile, number: 7)
        #expect(Array(records.prefix(found.count)) == found)
        // Padding at a block's end is not covered, nor does anything depend on it.
        #expect(UInt64(place) >= synced || found == records, "byte \(place)")
      } catch {
        #expect(error.code == .corruption || error.code == .unsupportedFormat)
        #expect(error.file == "/log")
        #expect(UInt64(place) < synced)
      }
    }
  }
}

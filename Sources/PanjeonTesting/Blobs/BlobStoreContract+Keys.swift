// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import Panjeon
  internal import PanjeonStorage
  internal import WideColumn

  extension BlobStoreContract {
    func verifyMissing(_ random: inout SplitMix64) async throws {
      let key = BlobKey(using: &random)
      try await expect(.missing, .notFound, "getting nothing") { () throws(BlobError) in
        try await store.get(key)
      }
      for range in [0..<1 as Range<UInt64>, 0..<0, 7..<9] {
        try await expect(.missing, .notFound, "getting a part of nothing") {
          () throws(BlobError) in try await store.get(key, range)
        }
      }
      try expect(.missing, try await store.size(of: key) == nil, "nothing has a size")
      try expect(.missing, try await !store.contains(key), "nothing is contained")
      try await store.delete(key)
    }

    func verifyRepetition(_ random: inout SplitMix64) async throws {
      let bytes = Self.bytes(3000, &random)
      let blob = try await store.put(.bytes(bytes), type: "text/plain", using: &random)
      try await store.put(.bytes(bytes), as: blob)
      try expect(.repetition, try await store.get(blob) == bytes, "putting twice changed a value")
      for _ in 0..<2 {
        try await store.delete(blob.key)
        try expect(.repetition, try await !store.contains(blob.key), "a deleted value is there")
      }
      try await store.put(.bytes(bytes), as: blob)
      try expect(.repetition, try await store.get(blob) == bytes, "putting again did nothing")
      try await store.delete(blob.key)
    }

    func verifyRefusals(_ random: inout SplitMix64) async throws {
      let bytes = Self.bytes(100, &random)
      let good = try await Blob(
        describing: .bytes(bytes), type: "text/plain", key: BlobKey(using: &random))
      var long = good
      long.size = 101
      try await expect(.refusals, .checksumMismatch, "putting too few bytes") {
        () throws(BlobError) in try await store.put(.bytes(bytes), as: long)
      }
      for type in ["", "a\r\nx-amz-acl: public-read", "bild/ü", String(repeating: "a", count: 256)]
      {
        var other = good
        other.type = type
        try await expect(.refusals, .invalidArgument, "putting the type \(type)") {
          () throws(BlobError) in try await store.put(.bytes(bytes), as: other)
        }
      }
      if store.bytesMax <= 8 << 20 {
        let large = Self.bytes(store.bytesMax + 1, &random)
        try await expect(.refusals, .tooLarge, "putting too many bytes") {
          () throws(BlobError) in
          let blob = try await Blob(describing: .bytes(large), type: "a/b", key: good.key)
          try await store.put(.bytes(large), as: blob)
        }
      }
      try expect(.refusals, try await !store.contains(good.key), "a refused value is there")
      for count in [0, -1, BlobPage.countMax + 1] {
        try await expect(.refusals, .invalidArgument, "a page of \(count)") {
          () throws(BlobError) in try await store.keys(after: nil, countMax: count)
        }
      }
    }

    func verifyPages(_ random: inout SplitMix64) async throws {
      var put: Set<BlobKey> = []
      for _ in 0..<25 {
        let bytes = Self.bytes(random.below(50), &random)
        put.insert(try await store.put(.bytes(bytes), type: "text/plain", using: &random).key)
      }
      for countMax in [1000, 7] {
        let found = try await allKeys(countMax)
        try expect(.pages, found == found.sorted(), "keys are not ascending")
        try expect(.pages, Set(found).count == found.count, "a key is there twice")
        try expect(.pages, put.isSubset(of: found), "keys are missing")
      }
      // From a key that does not exist.
      let middle = BlobKey(using: &random)
      let later = try await store.keys(after: middle, countMax: 1000)
      try expect(.pages, later.keys.allSatisfy { $0 > middle }, "keys before the page's beginning")
      try expect(
        .pages, later.next != nil || put.filter { $0 > middle }.isSubset(of: later.keys),
        "keys after one that does not exist are missing")
      for key in put { try await store.delete(key) }
      try expect(.pages, put.isDisjoint(with: try await allKeys(1000)), "deleted keys are there")
    }

    /// The keys of the first hundred thousand pages.
    private func allKeys(_ countMax: Int) async throws -> [BlobKey] {
      var found: [BlobKey] = []
      var last: BlobKey?
      for _ in 0..<100_000 {
        let page = try await store.keys(after: last, countMax: countMax)
        try expect(.pages, page.keys.count <= countMax, "a page has too many keys")
        found += page.keys
        guard let next = page.next else { return found }
        last = next
      }
      throw Violation(claim: .pages, message: "the pages do not end")
    }

    func verifyConcurrency(_ random: inout SplitMix64) async throws {
      let shared = Self.bytes(200_000, &random)
      let blob = try await Blob(
        describing: .bytes(shared), type: "text/plain", key: BlobKey(using: &random))
      let seeds = (0..<12).map { _ in random.next() }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (number, seed) in seeds.enumerated() {
          group.addTask {
            var random = SplitMix64(seed: seed)
            switch number % 3 {
            case 0: try await putAndGet(&random)
            case 1: for _ in 0..<4 { try await store.put(.bytes(shared), as: blob) }
            default: try await watch(blob)
            }
          }
        }
        try await group.waitForAll()
      }
      try expect(.concurrency, try await store.get(blob) == shared, "the shared value is another")
      try await store.delete(blob.key)
    }

    private func putAndGet(_ random: inout SplitMix64) async throws {
      for _ in 0..<4 {
        let bytes = Self.bytes(random.below(50_000), &random)
        let blob = try await store.put(.bytes(bytes), type: "text/plain", using: &random)
        try expect(.concurrency, try await store.get(blob) == bytes, "another task's value")
        try await store.delete(blob.key)
      }
    }

    /// Looks at a value that others put again and again: it is whole or not there.
    private func watch(_ blob: Blob) async throws {
      for _ in 0..<8 {
        do throws(BlobError) {
          _ = try await store.get(blob)
        } catch {
          try expect(.concurrency, error.code == .notFound, "a part of a value was seen: \(error)")
        }
      }
    }
  }
#endif

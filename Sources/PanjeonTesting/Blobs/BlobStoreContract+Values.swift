// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import Panjeon
  internal import PanjeonStorage
  internal import WideColumn

  extension BlobStoreContract {
    func verifyRoundTrips(_ random: inout SplitMix64) async throws {
      let sizes = [0, 1, 63, 64, 4096, 100_000, min(store.bytesMax, 2 << 20)]
      for size in sizes {
        let bytes = Self.bytes(size, &random)
        let blob = try await store.put(.bytes(bytes), type: "image/jpeg", using: &random)
        try expect(.roundTrips, blob.size == UInt64(size), "\(size) bytes were put as \(blob)")
        let whole = try await store.get(blob.key)
        try expect(.roundTrips, whole == bytes, "of \(size) bytes, others were got")
        let verified = try await store.get(blob)
        try expect(.roundTrips, verified == bytes, "of \(size) bytes, others were verified")
        let found = try await store.size(of: blob.key)
        try expect(.roundTrips, found == UInt64(size), "\(size) bytes are said to be \(found ?? 0)")
        try expect(.roundTrips, try await store.contains(blob.key), "a put value is not contained")
        try await store.delete(blob.key)
      }
    }

    func verifyFiles(_ random: inout SplitMix64) async throws {
      let files = InMemoryFileSystem()
      for (number, size) in [0, 5, min(store.bytesMax, (1 << 20) + 1)].enumerated() {
        let bytes = Self.bytes(size, &random)
        let path = "/in-\(number)"
        let file = try files.open(path, .createNew)
        try unsafe bytes.withUnsafeBytes { (bytes) throws(StoreError) in
          try unsafe file.write(bytes, at: 0)
        }
        let blob = try await store.put(
          .file(path, in: files), type: "application/octet-stream", using: &random)
        try expect(.files, try await store.get(blob) == bytes, "of a file, other bytes were got")
        try await store.get(blob, toFile: "/out-\(number)", in: files)
        let copy = files.contents(of: "/out-\(number)")
        try expect(.files, copy == Array(bytes), "a value became another file")
        var wrong = blob
        wrong.checksum = SHA256Hasher.checksum(of: [1])
        try await expect(.files, .checksumMismatch, "copying a wrong value to a file") {
          () throws(BlobError) in try await store.get(wrong, toFile: "/wrong", in: files)
        }
        try expect(.files, files.contents(of: "/wrong") == nil, "a file that is wrong was left")
        try await store.delete(blob.key)
      }
    }

    func verifyRanges(_ random: inout SplitMix64) async throws {
      let bytes = Self.bytes(100_000, &random)
      let blob = try await store.put(.bytes(bytes), type: "text/plain", using: &random)
      var ranges: [Range<Int>] = [0..<1, 0..<100_000, 99_999..<100_000, 0..<0, 500..<500]
      ranges.append(100_000..<100_000)
      for _ in 0..<6 {
        let start = random.below(100_000)
        ranges.append(start..<(start + random.below(100_001 - start)))
      }
      for range in ranges {
        let part = try await store.get(
          blob.key, UInt64(range.lowerBound)..<UInt64(range.upperBound))
        try expect(.ranges, part == bytes[range], "bytes \(range) are others")
      }
      for range in [0..<100_001, 100_000..<100_001, 100_001..<100_001, 5_000_000..<5_000_100] {
        try await expect(.ranges, .invalidArgument, "reading \(range) of 100,000 bytes") {
          () throws(BlobError) in
          try await store.get(blob.key, UInt64(range.lowerBound)..<UInt64(range.upperBound))
        }
      }
      try await expect(.ranges, .tooLarge, "reading more than may be in memory") {
        () throws(BlobError) in try await store.get(blob.key, 0..<(UInt64(store.bytesMax) + 1))
      }
      try await store.delete(blob.key)
    }

    func verifyChecksums(_ random: inout SplitMix64) async throws {
      let blob = try await store.put(
        .bytes(Self.bytes(1000, &random)), type: "text/plain", using: &random)
      // What rot, or a wrong value under the key, look like from the record.
      var wrong = blob
      wrong.checksum = SHA256Hasher.checksum(of: [])
      try await expect(.checksums, .checksumMismatch, "getting another value") {
        () throws(BlobError) in try await store.get(wrong)
      }
      wrong = blob
      wrong.size = 999
      try await expect(.checksums, .checksumMismatch, "getting a longer value") {
        () throws(BlobError) in try await store.get(wrong)
      }
      wrong.size = UInt64(store.bytesMax) + 1
      try await expect(.checksums, .tooLarge, "getting what is too large by its record") {
        () throws(BlobError) in try await store.get(wrong)
      }
      try await store.delete(blob.key)
    }
  }
#endif

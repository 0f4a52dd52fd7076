// SPDX-License-Identifier: Apache-2.0

#if Sodium
  public import Panjeon

  extension S3BlobStore {
    /// How many pages of nothing but other objects are passed over for one page of keys.
    private static let foreignPagesMax = 100

    /// How long an answer with a thousand names may be, in bytes.
    private static let listingBytesMax = 8 << 20

    /// The keys of all values, a page at a time, ascending; `ListObjectsV2`.
    ///
    /// Objects with the prefix whose names do not go on with 64 digits are passed over.
    ///
    /// - Parameters:
    ///   - key: The key before the page; nil for the first page.
    ///   - countMax: How many keys at the most; 1 to 1000.
    /// - Returns: The page; it may be shorter than asked for.
    /// - Throws: `invalidArgument`, `unavailable`, `unauthorized`, `misconfigured` (also when a hundred pages hold other objects only), `io`, `closed`,
    ///   `cancelled`.
    public func keys(after key: BlobKey?, countMax: Int) async throws(BlobError) -> BlobPage {
      try BlobPage.validate(countMax)
      var last = key.map { endpoint.name(of: $0) }
      for _ in 0..<Self.foreignPagesMax {
        let answer = try await send(
          endpoint.listRequest(after: last, countMax: countMax),
          answerBytesMax: Self.listingBytesMax, nil)
        guard let listing = S3Listing(answer.body) else {
          throw BlobError(.io, "the service answered with something else than a list")
        }
        let keys = listing.names.compactMap { name -> BlobKey? in
          guard name.hasPrefix(endpoint.prefix),
            let found = BlobKey(name.dropFirst(endpoint.prefix.count))
          else { return nil }
          // A service that does not know where to begin would have its reader go round for ever.
          return key.map { found > $0 } ?? true ? found : nil
        }
        guard listing.isTruncated else { return BlobPage(keys: keys.sorted(), next: nil) }
        if let greatest = keys.max() { return BlobPage(keys: keys.sorted(), next: greatest) }
        guard let end = listing.names.max(), last.map({ end > $0 }) ?? true else {
          throw BlobError(.io, "the service does not go on with its list")
        }
        last = end
      }
      throw BlobError(
        .misconfigured, "the bucket holds other objects; give values a prefix of their own")
    }
  }
#endif

// SPDX-License-Identifier: Apache-2.0

#if Sodium
  public import Panjeon
  internal import PanjeonStorage
  internal import WideColumn

  /// What every `BlobStore` promises, as claims that can be verified of any of them.
  ///
  /// ```swift
  /// @Test(arguments: BlobStoreContract.Claim.allCases)
  /// func contract(_ claim: BlobStoreContract.Claim) async throws {
  ///   try await BlobStoreContract(myStore, seed: 1).verify(claim)
  /// }
  /// ```
  ///
  /// The store may hold other values, and may be used at the same time; each claim removes what it has put. Give it a
  /// `BlobStore.bytesMax` of a few MiB: values of that size, and larger ones, are tried.
  public struct BlobStoreContract: Sendable {
    /// Something that is promised.
    public enum Claim: String, CaseIterable, Hashable, Sendable {
      /// What was put is got, whatever its length.
      case roundTrips
      /// Files are put and got, also larger ones than are held in memory where the store takes such.
      case files
      /// Any part can be got, and none that is not there.
      case ranges
      /// What is not there is said not to be.
      case missing
      /// Deleting twice, and putting twice, are harmless.
      case repetition
      /// A source of another size than was said, and a media type that is none, are refused, and leave nothing behind.
      case refusals
      /// Bytes that are not those of the record are told by their checksum.
      case checksums
      /// Pages hold every key once, ascending.
      case pages
      /// Tasks do not disturb each other, and no part of a value is ever seen.
      case concurrency
    }

    /// A promise that was not kept.
    public struct Violation: Error, CustomStringConvertible {
      /// Which promise.
      public var claim: Claim
      /// What happened.
      public var message: String
      /// The claim and what happened.
      public var description: String { "\(claim.rawValue): \(message)" }
    }

    let store: any BlobStore
    let seed: UInt64

    /// Prepares to verify a store.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - seed: Draws the values and their keys; equal seeds draw equal ones.
    public init(_ store: any BlobStore, seed: UInt64) {
      self.store = store
      self.seed = seed
    }

    /// Verifies one claim.
    ///
    /// Throws ``Violation``, and errors of the store.
    public func verify(_ claim: Claim) async throws {
      var random = SplitMix64(seed: seed)
      switch claim {
      case .roundTrips: try await verifyRoundTrips(&random)
      case .files: try await verifyFiles(&random)
      case .ranges: try await verifyRanges(&random)
      case .missing: try await verifyMissing(&random)
      case .repetition: try await verifyRepetition(&random)
      case .refusals: try await verifyRefusals(&random)
      case .checksums: try await verifyChecksums(&random)
      case .pages: try await verifyPages(&random)
      case .concurrency: try await verifyConcurrency(&random)
      }
    }

    // MARK: Tools

    static func bytes(_ count: Int, _ random: inout SplitMix64) -> Bytes {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count + 8)
      while bytes.count < count {
        let word = random.next()
        for shift in stride(from: 0, to: 64, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
      }
      bytes.removeLast(bytes.count - count)
      return Bytes(bytes)
    }

    func expect(_ claim: Claim, _ isKept: Bool, _ message: @autoclosure () -> String) throws {
      if !isKept { throw Violation(claim: claim, message: message()) }
    }

    /// Expects a call to fail with a code.
    func expect<R>(
      _ claim: Claim, _ code: BlobError.Code, _ what: String,
      _ body: () async throws(BlobError) -> R
    ) async throws {
      do throws(BlobError) {
        _ = try await body()
      } catch {
        return try expect(claim, error.code == code, "\(what) failed with \(error), not \(code)")
      }
      throw Violation(claim: claim, message: "\(what) did not fail with \(code)")
    }
  }
#endif

// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonStorage
internal import Synchronization
internal import WideColumn

/// Where the ids of new objects and the codes of invitations come from: a generator of random numbers that many tasks share.
public final class SharedGenerator: Sendable {
  private let generator: Mutex<any RandomNumberGenerator & Sendable>

  /// Draws from the operating system's generator, which nobody can foresee.
  public init() { generator = Mutex(Platform.systemGenerator()) }

  /// Draws what a seed gives: for tests and replays, as **whoever knows the seed foresees every code**.
  public init(seed: UInt64) { generator = Mutex(SplitMix64(seed: seed)) }

  /// Draws an id.
  public func randomID() -> RandomID {
    generator.withLock { RandomID(high: $0.next(), low: $0.next()) }
  }

  /// Draws the key of a large value.
  func blobKey() -> BlobKey { generator.withLock { BlobKey(using: &$0) } }

  /// Draws a number.
  func number() -> UInt64 { generator.withLock { $0.next() } }
}

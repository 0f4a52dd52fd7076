// SPDX-License-Identifier: Apache-2.0

public import Panjeon

/// A call of an ``InMemoryBlobStore``, as a test's choice of faults sees it before it is carried out.
public struct BlobStoreCall: Hashable, Sendable {
  /// What is asked for.
  public enum Kind: String, Hashable, Sendable {
    /// Puts a value.
    case put
    /// Reads a value, or a part of one.
    case get
    /// Asks how long a value is, or whether there is one.
    case size
    /// Removes a value.
    case delete
    /// Reads a page of keys.
    case keys
  }

  /// What is asked for.
  public var kind: Kind

  /// The value; of a page the key before it.
  public var key: BlobKey?

  /// The number of the call, from one.
  public var number: Int
}

/// What an ``InMemoryBlobStore`` does with a call instead of carrying it out.
public enum BlobStoreFault: Hashable, Sendable {
  /// Nothing is done, and the call fails as unavailable.
  case unavailable

  /// The call is carried out, and fails as unavailable nevertheless: its answer is lost.
  case lostAnswer

  /// Nothing is done, and the call fails for want of room.
  case noSpace

  /// The call is carried out, but one bit of what it puts or reads is wrong, counted from the first byte's lowest and modulo their number.
  case flippedBit(Int)
}

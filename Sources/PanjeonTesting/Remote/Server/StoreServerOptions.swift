// SPDX-License-Identifier: Apache-2.0

/// The bounds of a ``StoreServer``.
public struct StoreServerOptions: Hashable, Sendable {
  /// How many connections there are at the most; by default 256.
  ///
  /// More are closed as they come: their clients' calls are `unavailable`.
  public var connectionsMax = 256

  /// How many requests of one connection are carried out at once at the most; by default 256.
  ///
  /// More wait, at last in their client.
  public var requestsMax = 256

  /// How many scans one connection has open at the most; by default 1,024.
  ///
  /// More throw `limitExceeded`.
  public var cursorsMax = 1024

  /// How many bytes of rows a scan reads at once, the last row not counted; by default 256 KiB.
  public var pageBytesMax = 256 << 10

  /// How many rows a scan reads at once at the most; by default 1,000.
  public var pageRowsMax = 1000

  /// How many bytes of answers may wait for a client that does not take them; by default 8 MiB.
  ///
  /// With more, no further request of it is begun.
  public var waitingBytesMax = 8 << 20

  /// How long a connection may take to greet; by default 10 s.
  public var greetingMax = Duration.seconds(10)

  /// Creates the default bounds.
  public init() {}
}

/// What happens to a connection at a request, so that a call or its answer is lost.
public enum StoreServerFault: Hashable, Sendable, CaseIterable {
  /// The connection is dropped and the request never carried out: a lost call.
  case dropBeforeExecuting

  /// The request is carried out and the connection dropped: a lost answer.
  case dropAfterExecuting
}

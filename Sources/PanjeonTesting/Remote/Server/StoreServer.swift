// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import Synchronization
public import WideColumn

/// Lets other processes of this machine use a store, each through a ``RemoteStore``: for tests.
///
/// It listens on 127.0.0.1 alone, and whoever can connect there can do everything; the article <doc:SharingAStore> says what a lost
/// connection comes to. One thread of its own has the sockets; each request is carried out in a task, many of a connection at once,
/// answered as they end. All queues are bounded (``StoreServerOptions``).
public final class StoreServer<Base: WideColumnStore & TableAdministration>: Sendable {
  private let loop: ServerLoop
  private let tasks = RequestTasks()

  /// Where it listens, on 127.0.0.1.
  public let port: UInt16

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - base: The store.
  ///   - port: Where to listen; 0: the operating system chooses.
  ///   - options: Its bounds.
  ///   - fault: Asked of every request, by any thread; what it says happens to the connection. For tests of clients.
  /// - Throws: `io` when the port is taken, or the process has too many files open.
  public init(
    _ base: Base, port: UInt16 = 0, options: StoreServerOptions = StoreServerOptions(),
    fault: (@Sendable (StoreServerRequest) -> StoreServerFault?)? = nil
  ) throws(StoreError) {
    loop = try ServerLoop(port: port)
    self.port = loop.port
    // The thread: `ended()` counts it off again.
    tasks.begin()
    loop.start(
      RequestServer(base, loop: loop, tasks: tasks, options: options, fault: fault), options)
  }

  deinit { loop.stop() }

  /// Closes all connections and ends the server.
  ///
  /// Returns when no request is being carried out any more, so that the store may be closed and the port taken again. Requests
  /// that had begun are carried out; their answers are lost. Harmless when it has been stopped.
  public func stop() async {
    loop.stop()
    await tasks.allEnded()
  }
}

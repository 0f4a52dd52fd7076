// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Waits until one of some sockets can go on.
struct SocketPoll {
  /// What a socket can do.
  struct Readiness {
    var canRead = false
    var canWrite = false
    /// The other side has gone, or the socket is of no use.
    var isLost = false
  }

  private var entries: [pollfd] = []

  init() {}

  /// Begins anew.
  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  /// Adds a socket; returns its number.
  mutating func add(_ descriptor: Int32, reading: Bool, writing: Bool) -> Int {
    var events = 0
    if reading { events |= Int(POLLIN) }
    if writing { events |= Int(POLLOUT) }
    entries.append(pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0))
    return entries.count - 1
  }

  /// Waits; blocks the thread.
  ///
  /// - Parameter timeout: How many milliseconds at the most; nil for ever.
  mutating func wait(timeout: Int32?) {
    let count = nfds_t(entries.count)
    // An interrupted wait is one that found nothing.
    if unsafe poll(&entries, count, timeout ?? -1) < 0 {
      for index in entries.indices { entries[index].revents = 0 }
    }
  }

  /// What a socket can do.
  subscript(number: Int) -> Readiness {
    let events = Int(entries[number].revents)
    return Readiness(
      canRead: events & Int(POLLIN) != 0, canWrite: events & Int(POLLOUT) != 0,
      isLost: events & Int(POLLERR | POLLHUP | POLLNVAL) != 0)
  }
}

// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// Measures how long commits are held back, and for what.
///
/// Only a commit that is held back comes here: it reads the clock twice and takes a lock that guards a few numbers.
package final class StallMeter: Sendable {
  /// A commit that is being held back.
  package struct Begun: Sendable {
    fileprivate let cause: StallCause
    fileprivate let atNanoseconds: UInt64
  }

  /// Stalls of one cause of which none comes a second after the last.
  private struct Episode: Sendable {
    var stall = StoreEvent.Stall(commits: 0, total: .zero, longest: .zero)
    var lastNanoseconds: UInt64
  }

  private struct State: Sendable {
    var stalls = Metrics.Stalls()
    var episodes: [StallCause: Episode] = [:]
  }

  private static let quietNanoseconds: UInt64 = 1_000_000_000

  private let state = Mutex(State())
  private let clock: any TimeSource
  private let events: EventQueue

  package init(clock: any TimeSource, events: EventQueue) {
    self.clock = clock
    self.events = events
  }

  /// A commit is held back from now on.
  package func begin(_ cause: StallCause) -> Begun {
    let now = clock.monotonicNanoseconds()
    let isFirst = state.withLock { state -> Bool in
      state.stalls[cause].waiting += 1
      guard state.episodes[cause] == nil else { return false }
      state.episodes[cause] = Episode(lastNanoseconds: now)
      return true
    }
    if isFirst { events.post(.stallBegan(cause)) }
    return Begun(cause: cause, atNanoseconds: now)
  }

  /// It is not any more.
  package func end(_ begun: Begun) {
    let now = clock.monotonicNanoseconds()
    let time = Duration.nanoseconds(Int64(now - min(now, begun.atNanoseconds)))
    state.withLock { state in
      state.stalls[begun.cause].waiting -= 1
      state.stalls[begun.cause].count += 1
      state.stalls[begun.cause].total += time
      state.stalls[begun.cause].longest = max(state.stalls[begun.cause].longest, time)
      guard var episode = state.episodes[begun.cause] else { return }
      episode.stall.commits += 1
      episode.stall.total += time
      episode.stall.longest = max(episode.stall.longest, time)
      episode.lastNanoseconds = now
      state.episodes[begun.cause] = episode
    }
  }

  /// Whether commits were held back of late.
  package var hasEpisodes: Bool { state.withLock { !$0.episodes.isEmpty } }

  /// Ends the episodes in which nothing has been held back for a second.
  package func endEpisodes() {
    let now = clock.monotonicNanoseconds()
    let ended = state.withLock { state in
      var ended: [(StallCause, StoreEvent.Stall)] = []
      for cause in StallCause.allCases where state.stalls[cause].waiting == 0 {
        guard let episode = state.episodes[cause],
          now >= episode.lastNanoseconds + Self.quietNanoseconds
        else { continue }
        state.episodes[cause] = nil
        ended.append((cause, episode.stall))
      }
      return ended
    }
    for (cause, stall) in ended { events.post(.stallEnded(cause, stall)) }
  }

  /// What has been measured.
  package var stalls: Metrics.Stalls { state.withLock { $0.stalls } }
}

// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A thread that makes a volume's calls, one after the other, so that a volume which does not answer keeps nobody but itself waiting.
///
/// The queue is as long as there are callers that wait. A thread that is stuck in a call cannot be ended: it is given up, and
/// ends when the call does.
package final class VolumeThread: Sendable {
  private struct State: Sendable {
    var jobs: [@Sendable () -> Void] = []
    var isStopping = false
  }

  private let state = Monitor(State())

  /// Starts the thread.
  package init(name: String) {
    _ = WorkerThread(name: name, isDetached: true) { [state] in
      while true {
        let jobs = state.wait(timeout: nil) { state -> [@Sendable () -> Void]? in
          if state.jobs.isEmpty { return state.isStopping ? [] : nil }
          defer { state.jobs = [] }
          return state.jobs
        }
        guard let jobs, !jobs.isEmpty else { return }
        for job in jobs { job() }
      }
    }
  }

  /// Has a job done after those before it; false once the thread has been stopped.
  package func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
    let isAccepted = state.withLock { state in
      if state.isStopping { return false }
      state.jobs.append(job)
      return true
    }
    state.notifyAll()
    return isAccepted
  }

  /// Takes no more jobs: the thread ends when those it has are done, and nobody waits for that.
  package func stop() {
    state.withLock { $0.isStopping = true }
    state.notifyAll()
  }
}

/// The answers of several volumes to one call.
package final class VolumeAnswers<Value: Sendable>: Sendable {
  private let answers: Monitor<[Result<Value, StoreError>?]>

  package init(count: Int) {
    answers = Monitor(Array(repeating: nil, count: count))
  }

  package func set(_ place: Int, _ answer: Result<Value, StoreError>) {
    answers.withLock { $0[place] = answer }
    answers.notifyAll()
  }

  /// Waits until all have answered; nil for those that had not when time ran out.
  package func wait(timeout: Duration) -> [Result<Value, StoreError>?] {
    let all = answers.wait(timeout: timeout) { answers in
      answers.contains { $0 == nil } ? nil : answers
    }
    return all ?? answers.withLock { $0 }
  }
}

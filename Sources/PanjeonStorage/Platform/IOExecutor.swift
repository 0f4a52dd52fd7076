// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A few threads that do blocking I/O for tasks, so that Swift's cooperative threads never block.
///
/// Jobs run in the order they came. The queue is as long as there are callers waiting: each job has a suspended
/// caller behind it.
package final class IOExecutor: Sendable {
  /// The most threads an executor will start.
  package static let threadsMax = 64

  private struct Queue: Sendable {
    var jobs: [@Sendable () -> Void] = []
    var first = 0
    var isStopping = false

    mutating func pop() -> (@Sendable () -> Void)? {
      guard first < jobs.count else { return nil }
      defer {
        first += 1
        if first == jobs.count {
          jobs = []
          first = 0
        }
      }
      return jobs[first]
    }
  }

  private let queue = Monitor(Queue())
  private let threads: [WorkerThread]

  package init(name: String, threads count: Int) {
    precondition(count >= 1 && count <= Self.threadsMax, "an executor has 1 to 64 threads")
    let queue = queue
    threads = (0..<count).map { index in
      WorkerThread(name: "\(name)-\(index)") { Self.work(queue) }
    }
  }

  /// Runs `body` on one of the threads.
  ///
  /// Once begun it runs to its end, whether or not the task is cancelled. Throws what `body` throws, and `closed`
  /// after ``shutDown()``.
  package func run<T: Sendable>(
    _ body: @escaping @Sendable () throws(StoreError) -> T
  ) async throws(StoreError) -> T {
    let result: Result<T, StoreError> = unsafe await withUnsafeContinuation { continuation in
      let isAccepted = queue.withLock { state in
        guard !state.isStopping else { return false }
        state.jobs.append {
          let result = Result { () throws(StoreError) in try body() }
          HandOver.fence()
          unsafe continuation.resume(returning: result)
        }
        return true
      }
      if isAccepted {
        queue.notifyAll()
      } else {
        unsafe continuation.resume(returning: .failure(.storeClosed))
      }
    }
    HandOver.fence()
    return try result.get()
  }

  /// Finishes the jobs that wait, then ends the threads.
  package func shutDown() {
    queue.withLock { $0.isStopping = true }
    queue.notifyAll()
    for thread in threads { thread.join() }
  }

  private static func work(_ queue: Monitor<Queue>) {
    while true {
      let job = queue.wait(timeout: nil) { queue -> (@Sendable () -> Void)?? in
        if let job = queue.pop() { return .some(job) }
        return queue.isStopping ? .some(nil) : nil
      }
      guard let job, let job else { return }
      job()
    }
  }
}

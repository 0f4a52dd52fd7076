// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A thread of its own that runs one client's task, so that a client that blocks holds up nobody else.
package final class ClientThread: TaskExecutor {
  private enum Work {
    case job(UnownedJob)
    case closure(@Sendable () -> Void)
    case stop
  }

  private final class Queue: Sendable {
    let work = Mutex<[Work]>([])
    let count = Semaphore()
  }

  /// A POSIX semaphore.
  private final class Semaphore: @unchecked Sendable {
    // Unchecked: semaphores are made to be shared.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
      sem_destroy(semaphore)
      semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }

    func wait() { while sem_wait(semaphore) != 0 {} }
  }

  private final class Start {
    let queue: Queue
    unowned(unsafe) let executor: ClientThread

    init(_ queue: Queue, _ executor: ClientThread) {
      self.queue = queue
      self.executor = executor
    }
  }

  private let queue = Queue()
  private let thread = Mutex<pthread_t?>(nil)

  package init() {
    var handle = pthread_t()
    let start = Unmanaged.passRetained(Start(queue, self)).toOpaque()
    pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        ClientThread.loop(start.queue, start.executor)
        return nil
      }, start)
    let created = handle
    thread.withLock { $0 = created }
  }

  private static func loop(_ queue: Queue, _ executor: ClientThread) {
    while true {
      queue.count.wait()
      let next = queue.work.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      switch next {
      case .job(let job): job.runSynchronously(on: executor.asUnownedTaskExecutor())
      case .closure(let work): work()
      case .stop: return
      case nil: continue
      }
    }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    add(.job(UnownedJob(job)))
  }

  package func run(_ work: @escaping @Sendable () -> Void) {
    add(.closure(work))
  }

  private func add(_ work: Work) {
    queue.work.withLock { $0.append(work) }
    queue.count.signal()
  }

  /// Ends the thread when it has done what it was given; must be called before the last reference goes.
  package func stop() {
    let joined = thread.withLock { thread -> pthread_t? in
      defer { thread = nil }
      return thread
    }
    guard let joined else { return }
    add(.stop)
    pthread_join(joined, nil)
  }
}

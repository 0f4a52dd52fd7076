// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Keeps the jobs of the simulated tasks until the scheduler runs them, on the thread that runs the simulation.
///
/// The jobs of a task that prefers this executor all come here, those of its child tasks too; so nothing runs beside the
/// scheduler.
final class SimulationExecutor: TaskExecutor, SerialExecutor {
  private let ready = Mutex<[UnownedJob]>([])

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    ready.withLock { $0.append(job) }
  }

  func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    unsafe UnownedTaskExecutor(ordinary: self)
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  /// How many jobs are waiting.
  var readyCount: Int { ready.withLock { $0.count } }

  /// Runs one of the jobs, which may add others.
  func runJob(at index: Int) {
    let job = ready.withLock { $0.remove(at: index) }
    unsafe job.runSynchronously(
      isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
  }
}

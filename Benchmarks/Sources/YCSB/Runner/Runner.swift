// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Runs a workload on an engine: as many clients as asked for, each a task (and, where the engine blocks, a thread).
package struct Runner: Sendable {
  private let engine: any Engine
  private let workload: any Workload
  private let options: RunOptions
  /// Operations begun by all clients; a client takes its next one from it.
  private let isInterrupted: Interruption

  package init(
    _ engine: any Engine, _ workload: any Workload, _ options: RunOptions,
    interruption: Interruption = Interruption()
  ) {
    self.engine = engine
    self.workload = workload
    self.options = options
    isInterrupted = interruption
  }

  /// Runs it to its end.
  ///
  /// - Parameter status: Called every so often with what the interval came to, when status lines are asked for.
  package func run(
    status: @escaping @Sendable (StatusLine) -> Void = { _ in }
  ) async throws -> RunResult {
    let recorders = (0..<options.clients).map { _ in
      Recorder(
        hasStatusLines: options.statusSeconds != nil,
        measuresIntended: options.target > 0 && options.interval != .op,
        traceCapacity: options.traceCapacity)
    }
    if options.phase == .run {
      try await onClientThread { try await workload.prepare(engine.makeClient()) }
    }
    let begun = Clock.now()
    let cpu = Clock.cpuSeconds()
    let reporter = options.statusSeconds.map { seconds in
      StatusReporter(
        recorders, begun: begun, seconds: seconds, operations: options.operations,
        clients: options.clients, status)
    }
    defer { reporter?.stop() }
    try await runClients(recorders, begun: begun)
    let seconds = Double(Clock.now() - begun) / 1e9
    let cpuSeconds = Clock.cpuSeconds() - cpu
    reporter?.stop()
    var measurements = Measurements()
    for recorder in recorders { measurements.add(recorder.total) }
    var result = RunResult(
      seconds: seconds, cpuSeconds: cpuSeconds, measurements: measurements,
      peakResidentBytes: Clock.peakResidentBytes(), validation: nil,
      trace: Self.trace(recorders, begun: begun))
    if options.phase == .run, options.validates {
      let operations = measurements.operations
      result.validation = try await onClientThread {
        try await workload.validate(engine.makeClient(), operations: operations)
      }
    }
    return result
  }

  private static func trace(_ recorders: [Recorder], begun: UInt64) -> [TracedOperation] {
    recorders.flatMap { recorder in
      recorder.trace.map { operation in
        var operation = operation
        operation.begin -= min(begun, operation.begin)
        return operation
      }
    }
  }

  private func runClients(_ recorders: [Recorder], begun: UInt64) async throws {
    let threads = engine.kind == .blocking ? recorders.map { _ in ClientThread() } : []
    defer { for thread in threads { thread.stop() } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, recorder) in recorders.enumerated() {
        let client = ClientLoop(
          index: index, engine: engine, workload: workload, options: options, recorder: recorder,
          begun: begun, interruption: isInterrupted)
        let executor: (any TaskExecutor)? = threads.isEmpty ? nil : threads[index]
        group.addTask(executorPreference: executor) { try await client.run() }
      }
      do {
        try await group.waitForAll()
      } catch {
        isInterrupted.interrupt()
        throw error
      }
    }
  }

  private func onClientThread<R: Sendable>(
    _ body: @Sendable () async throws -> R
  ) async throws -> R {
    guard engine.kind == .blocking else { return try await body() }
    let thread = ClientThread()
    defer { thread.stop() }
    return try await withTaskExecutorPreference(thread) { try await body() }
  }
}

/// Ends a run before its time; for Ctrl-C.
package final class Interruption: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package func interrupt() { flag.store(true, ordering: .relaxed) }

  package var isInterrupted: Bool { flag.load(ordering: .relaxed) }
}

/// One client's loop.
private struct ClientLoop: Sendable {
  let index: Int
  let engine: any Engine
  let workload: any Workload
  let options: RunOptions
  let recorder: Recorder
  let begun: UInt64
  let interruption: Interruption

  /// This client's share of the operations; the first ones get what is left over.
  private var share: Int {
    guard options.operations > 0 else { return .max }
    let rest = options.operations % options.clients
    return options.operations / options.clients + (index < rest ? 1 : 0)
  }

  func run() async throws {
    // A seed of its own for each client.
    var seeds = SplitMix64(seed: options.seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
    let client = try engine.makeClient()
    let work = try workload.makeClient(index, seed: seeds.next())
    let deadline = options.secondsMax > 0 ? begun + UInt64(options.secondsMax * 1e9) : .max
    let tick = options.target > 0 ? Double(options.clients) / options.target * 1e9 : 0
    // Clients begin at random within one tick, lest they all come at once.
    let offset = tick > 0 ? Double.random(in: 0..<tick, using: &seeds) : 0
    let yields = engine.kind == .suspending && options.clients > 2
    var done = 0
    let share = share
    while done < share, !interruption.isInterrupted {
      var intended = Clock.now()
      if tick > 0 {
        intended = begun + UInt64(offset + Double(done) * tick)
        await wait(until: min(intended, deadline))
      }
      if max(intended, Clock.now()) >= deadline { return }
      let moment = Moment(recorder: recorder, intended: intended)
      switch options.phase {
      case .load: try await work.load(client, moment)
      case .run: try await work.operate(client, moment)
      }
      recorder.countOperation()
      done += 1
      // Clients that never suspend would otherwise run one after the other.
      if yields, done % 32 == 0 { await Task.yield() }
    }
  }

  private func wait(until time: UInt64) async {
    let now = Clock.now()
    guard time > now else { return }
    switch engine.kind {
    case .blocking: Clock.sleep(nanoseconds: time - now)
    case .suspending: try? await Task.sleep(for: .nanoseconds(Int64(time - now)))
    }
  }
}

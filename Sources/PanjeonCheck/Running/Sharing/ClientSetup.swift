// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// A store of another process behind faults, with a few managers of transactions that commit in two phases, each with a connection and a clock
/// of its own.
struct ClientSetup: Sendable {
  typealias Store = TwoPhaseStore<FaultInjectingStore<RemoteStore>>

  let managers: [TransactionManager<Store>]

  /// A machine that is busy with other things takes its time, and is no fault.
  private static let callMax = Duration.seconds(50)
  /// For how long the store's process may be away when this one begins.
  private static let connectNanoseconds: UInt64 = 60_000_000_000
  private static let pause = Duration.milliseconds(20)

  /// Connects, as soon as somebody listens.
  ///
  /// - Parameters:
  ///   - port: Where the store's process listens.
  ///   - faults: What goes wrong; answers are lost by the process that has the store.
  ///   - clients: How many there will be.
  ///   - seed: Decides when.
  ///   - onFault: Is told of each fault.
  /// - Throws: As `RemoteStore.init`, when nobody has listened for a minute.
  init(
    port: UInt16, faults: Set<WorkloadFault>, clients: Int, seed: UInt64,
    onFault: @escaping @Sendable (ChildMessage) -> Void
  ) async throws(StoreError) {
    let clock = SystemTimeSource()
    var random = SplitMix64(seed: seed)
    var options = FaultInjector.Options(faults.subtracting([.lostAck]))
    options.onFault = { fault in ChildMessage(fault).map(onFault) }
    let injector = FaultInjector(options, seed: random.next(), clock: clock)
    var managers: [TransactionManager<Store>] = []
    for _ in 0..<min(clients, FaultySetup.managersMax) {
      let store = FaultInjectingStore(try await Self.connect(port, clock), injector: injector)
      let time: any TimeSource =
        faults.contains(.skew) ? SkewedTimeSource(clock, injector: injector) : clock
      managers.append(
        TransactionManager(
          store: TwoPhaseStore(
            store, timeSource: time, options: TwoPhaseOptions(locks: FaultySetup.locks)),
          timeSource: time, seed: Platform.randomSeed() ^ random.next()))
    }
    self.managers = managers
  }

  private static func connect(
    _ port: UInt16, _ clock: SystemTimeSource
  ) async throws(StoreError) -> RemoteStore {
    let deadline = clock.monotonicNanoseconds() + connectNanoseconds
    while true {
      do throws(StoreError) {
        return try await RemoteStore(port: port, deadline: callMax)
      } catch {
        if error.code != .unavailable || clock.monotonicNanoseconds() > deadline { throw error }
      }
      try? await clock.sleep(for: pause)
    }
  }

  /// Waits until nothing is done in the background any more.
  func drain() async {
    for manager in managers { await manager.store.drain() }
  }
}

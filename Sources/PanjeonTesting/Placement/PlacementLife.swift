// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import Synchronization
internal import WideColumn

/// A life of the store: it is opened, written and read while faults come, and dies or is closed.
final class PlacementLife: Sendable {
  let number: Int
  let disk: InMemoryFileSystem
  private let state: Mutex<PlacementLifeState>
  private let volumes: Mutex<VolumeFaults?>

  /// Prepares the life with a number, on what the ones before it have left, without the volumes that are away.
  init(
    _ number: Int, on disk: InMemoryFileSystem, away: VolumeSet, _ state: PlacementLifeState,
    _ planted: PlacementTrial.PlantedBug?
  ) {
    self.number = number
    self.disk = disk
    self.state = Mutex(state)
    volumes = Mutex(nil)
    let faults = VolumeFaults(
      disk, disk: disk, volumes: state.topology.volumes,
      onCall: { [weak self] call in self?.observe(call) },
      pretending: { call in planted?.isPretended(call) ?? false })
    faults.kill(state.topology.names(away), as: nil)
    volumes.withLock { $0 = faults }
  }

  var faults: VolumeFaults? { volumes.withLock { $0 } }

  func withState<R: Sendable>(_ body: (inout PlacementLifeState) -> R) -> R {
    state.withLock { body(&$0) }
  }

  var isOver: Bool { withState { $0.isOver } }

  // MARK: Calls

  private func observe(_ call: FileSystemCall) {
    withState { state in
      guard state.isLast(call) else { return perform(state.due(), &state) }
      die(&state)
    }
  }

  /// Dies now, unless it has died or is to be closed.
  func dieAtRest() {
    withState { state in
      if case .died = state.end, !state.isOver { die(&state) }
    }
  }

  /// Keeps which volumes had failures, before the store is closed: nobody is told of what fails then.
  func noteFailures() {
    guard let faults else { return }
    withState { state in
      let names = state.topology.volumes.map(\.name)
      state.volumesWithFailures = Set(names.filter { faults.failedChanges(of: $0) > 0 })
    }
  }

  private func die(_ state: inout PlacementLifeState) {
    state.diedOfPower = state.end.isPower && (state.survivesPower || state.random.chance(0.1))
    state.left =
      state.diedOfPower
      ? disk.crash(
        keepingUnsynced: [0, 0.5, 1][state.random.below(3)], using: &state.random)
      : disk.killProcess()
    state.note(state.diedOfPower ? "power cut" : "process killed")
    state.isOver = true
  }

  private func perform(_ actions: [PlacementAction], _ state: inout PlacementLifeState) {
    for action in actions {
      switch action.kind {
      case .kill(let fault): kill(fault, &state)
      case .fill: fill(&state)
      case .stall: stall(&state)
      case .rot: rot(&state)
      case .heal: heal(&state)
      }
    }
  }

  private func pick(_ set: VolumeSet, _ state: inout PlacementLifeState) -> Int? {
    let places = set.places
    return places.isEmpty ? nil : places[state.random.below(places.count)]
  }

  /// Takes volumes whose loss the store survives; seldom also more.
  private func take(
    _ state: inout PlacementLifeState, _ group: (Int) -> VolumeSet
  ) -> VolumeSet? {
    let isBold = state.random.chance(0.03)
    for _ in 0..<6 {
      guard let place = pick(state.ledger.used, &state) else { return nil }
      let set = group(place).intersection(state.ledger.used)
      if state.ledger.canGoOn(without: set) { return set }
      if isBold {
        state.mayStop = true
        return set
      }
    }
    return nil
  }

  private func kill(_ fault: PlacementFault, _ state: inout PlacementLifeState) {
    let topology = state.topology
    let set = take(&state) { place in
      switch fault {
      case .rack: topology.rack(of: place)
      case .zone: topology.zone(of: place)
      default: VolumeSet(place: place)
      }
    }
    guard let set else { return }
    faults?.kill(topology.names(set), as: fault)
    state.ledger.noteLeft(set)
    state.note(
      "\(fault.rawValue) killed: \(topology.text(set))\(state.mayStop ? " (too many)" : "")")
  }

  private func fill(_ state: inout PlacementLifeState) {
    guard let set = take(&state, { VolumeSet(place: $0) }) else { return }
    for name in state.topology.names(set) { faults?.fill(name) }
    state.ledger.noteLeft(set)
    state.note("full: \(state.topology.text(set))")
  }

  private func stall(_ state: inout PlacementLifeState) {
    // Durable volumes stall more often, as they do.
    let durable = state.ledger.used.intersection(state.topology.durable)
    let choice = state.random.chance(0.6) && !durable.isEmpty ? durable : state.ledger.used
    guard let place = pick(choice, &state) else { return }
    let milliseconds = 2 + state.random.below(120)
    faults?.stall(state.topology.volumes[place].name, for: .milliseconds(milliseconds))
    state.note("stalled for \(milliseconds) ms: \(state.topology.volumes[place].name)")
  }

  private func rot(_ state: inout PlacementLifeState) {
    guard let place = pick(state.ledger.used, &state),
      state.ledger.canGoOn(rotten: VolumeSet(place: place))
    else { return }
    let path = state.topology.volumes[place].path
    let names = ((try? disk.list(path)) ?? []).filter(VolumeInspection.isCopied)
    guard !names.isEmpty else { return }
    let name = names[state.random.below(names.count)]
    guard faults?.rot(state.random.below(1 << 24), of: path + "/" + name) == true else { return }
    state.ledger.noteRot(place)
    state.note("rot in \(name) on \(state.topology.volumes[place].name)")
  }

  private func heal(_ state: inout PlacementLifeState) {
    let gone = state.topology.all.subtracting(state.ledger.used)
      .subtracting(state.ledger.returning)
    guard let place = pick(gone, &state) else { return }
    let isEmpty = state.random.chance(0.5)
    faults?.heal(state.topology.volumes[place].name, empty: isEmpty)
    state.ledger.noteHealed(place)
    state.note("back, \(isEmpty ? "empty" : "as it was"): \(state.topology.volumes[place].name)")
  }

  // MARK: Events

  func handle(_ event: StoreEvent) {
    withState { state in
      guard !state.isOver else { return }
      switch event {
      case .volumeFailed(let name, _):
        state.failedVolumes.insert(name)
        state.note("event: volume \(name) failed")
        if let place = state.place(of: name) { state.ledger.noteFailed(place) }
      case .volumeRecovered(let name):
        state.note("event: volume \(name) recovered")
        if let place = state.place(of: name) { state.ledger.noteRecovered(place) }
      case .replicationDegraded(let missing):
        state.isDegraded = true
        state.note("event: degraded: \(missing.joined(separator: "; "))")
      case .replicationRestored:
        state.note("event: restored")
        state.ledger.noteRestored()
      case .halted(let what, let cause):
        state.note("event: halted: \(what): \(cause)")
        state.isHalted = true
        if !state.mayStop {
          state.violate("the store halted though a copy of everything is left: \(what): \(cause)")
        }
      default: break
      }
    }
  }
}

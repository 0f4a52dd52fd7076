// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// What befalls a life of the store at a call.
struct PlacementAction: Sendable {
  enum Kind: Sendable {
    case kill(PlacementFault)
    case fill, stall, rot, heal
  }

  /// With which call, counted from when the store is open.
  var call: Int
  var kind: Kind
}

/// How a life of the store ends.
enum PlacementEnd: Sendable {
  case closed
  /// With which call; counted from the first one on while the store is being opened, if `isOpening`.
  case died(isPower: Bool, call: Int, isOpening: Bool)

  var isPower: Bool {
    if case .died(true, _, _) = self { true } else { false }
  }
}

/// What a life of the store does and leaves, under one lock.
struct PlacementLifeState: Sendable {
  var ledger: PlacementLedger
  var traces: [PlacementTrace]
  var random: SplitMix64
  var actions: [PlacementAction]
  let end: PlacementEnd
  /// Calls that change the disk, since the beginning or since the store is open.
  var calls = 0
  var isOpen = false
  /// Whether more was taken from the store than it can do without.
  var mayStop = false
  var isOver = false
  /// Whether what was not synced is gone with it.
  var diedOfPower = false
  /// What the death left; nil as long as it lives.
  var left: InMemoryFileSystem?
  var journal: [String] = []
  var violations: [String] = []
  var failedVolumes: Set<String> = []
  var isDegraded = false
  /// Whether the store takes no more writes: what was acknowledged from memory may be gone, also when it is closed.
  var isHalted = false
  var acknowledged: [Durability: Int] = [:]
  var reads = 0
  /// The volumes of which calls had failed that were to change them, when the clients ended.
  var volumesWithFailures: Set<String> = []

  init(
    _ ledger: PlacementLedger, _ traces: [PlacementTrace], _ random: SplitMix64,
    _ actions: [PlacementAction], _ end: PlacementEnd
  ) {
    self.ledger = ledger
    self.traces = traces
    self.random = random
    self.actions = actions.sorted { $0.call < $1.call }
    self.end = end
  }

  var topology: PlacementTopology { ledger.topology }

  func place(of name: String) -> Int? { topology.volumes.firstIndex { $0.name == name } }

  /// Whether anything is promised after a power cut: if not, most of such deaths would test nothing.
  var survivesPower: Bool {
    if !isOpen { return true }
    var loss = PlacementLoss()
    loss.isPower = true
    loss.there = ledger.topology.all
    return ledger.promise(loss).areFilesKept
  }

  /// Counts a call, and tells whether the life ends with it.
  mutating func isLast(_ call: FileSystemCall) -> Bool {
    guard call.changesDisk, !isOver else { return false }
    calls += 1
    guard case .died(_, let number, let isOpening) = end else { return false }
    return calls >= number && isOpening != isOpen
  }

  /// The actions whose time has come.
  mutating func due() -> [PlacementAction] {
    guard isOpen, !isOver else { return [] }
    let due = actions.prefix { $0.call <= calls }
    actions.removeFirst(due.count)
    return Array(due)
  }

  mutating func note(_ line: String) { journal.append("call \(calls): \(line)") }

  mutating func violate(_ text: String) {
    // What follows from the first says no more.
    if !isOver, violations.count < 5 { violations.append(text) }
  }
}

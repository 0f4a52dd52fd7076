// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// How far the changes of a simulated store have come: in order, handed to the operating system, synced.
///
/// A batch is visible once it and all before it have reached the durability they asked for.
struct LogModel {
  private struct Record {
    /// The sequence of its last change.
    var end: UInt64
    var durability: Durability
  }

  /// Those that have not been synced.
  private var records: [Record] = []
  private(set) var sequenced: UInt64 = 0
  private(set) var handedOver: UInt64 = 0
  private(set) var synced: UInt64 = 0

  /// The last sequence that readers see.
  var visible: UInt64 {
    var last = synced
    for record in records {
      switch record.durability {
      case .memory: break
      case .operatingSystem: if record.end > handedOver { return last }
      case .disk: return last
      }
      last = record.end
    }
    return last
  }

  mutating func append(end: UInt64, _ durability: Durability) {
    records.append(Record(end: end, durability: durability))
    sequenced = end
  }

  /// Hands over what is in order, or syncs it when that has been done.
  mutating func step() {
    if handedOver < sequenced {
      handedOver = sequenced
    } else {
      synced = handedOver
      records.removeAll { $0.end <= synced }
    }
  }

  mutating func syncAll() {
    handedOver = sequenced
    step()
  }

  /// How many of the batches that are not synced a loss of power may keep: those that the operating system has.
  var recordsAtRisk: Int { records.count { $0.end <= handedOver } }

  /// Loses what was not synced, but for the first so many batches; what is left is synced.
  ///
  /// Returns the last sequence that is left.
  mutating func losePower(keeping count: Int) -> UInt64 {
    let kept = count == 0 ? synced : records[count - 1].end
    return cut(to: kept)
  }

  /// Loses what the operating system had not got; what is left is synced as the store is opened again.
  ///
  /// Returns the last sequence that is left.
  mutating func loseProcess() -> UInt64 { cut(to: handedOver) }

  private mutating func cut(to last: UInt64) -> UInt64 {
    records = []
    (sequenced, handedOver, synced) = (last, last, last)
    return last
  }
}

// SPDX-License-Identifier: Apache-2.0

/// A volume, as placement sees it.
package struct PlaceableVolume: Hashable, Sendable {
  package var volume: Volume

  /// How much of the store is there.
  package var usedBytes: UInt64

  /// How much room its file system has left; nil: unknown.
  package var freeBytes: UInt64?

  package var condition: VolumeCondition

  /// How much is promised to files that are being written, and not in `usedBytes` yet.
  package var reservedBytes: UInt64

  package init(
    _ volume: Volume, usedBytes: UInt64 = 0, freeBytes: UInt64? = nil,
    condition: VolumeCondition = .healthy, reservedBytes: UInt64 = 0
  ) {
    self.volume = volume
    self.usedBytes = usedBytes
    self.freeBytes = freeBytes
    self.condition = condition
    self.reservedBytes = reservedBytes
  }

  package var name: String { volume.name }

  /// What is there and what is promised.
  var takenBytes: UInt64 { usedBytes.addingClamped(reservedBytes) }

  /// How much the store could have there: its capacity, or less if the file system has less.
  private var totalBytes: UInt64 {
    min(volume.capacityBytes, freeBytes.map { usedBytes.addingClamped($0) } ?? .max)
  }

  /// The share of it that is taken if so many bytes more are put there.
  func filledShare(adding bytes: UInt64 = 0) -> Double {
    let taken = takenBytes.addingClamped(bytes)
    return totalBytes == 0 ? 1 : Double(taken) / Double(totalBytes)
  }

  /// Why nothing at all is put there; nil: something may be.
  var refusal: PlacementReason? {
    switch condition {
    case .healthy: nil
    case .draining: .draining
    case .failed(let why): .failed(why)
    case .stale: .stale
    case .missing: .missing
    }
  }

  /// Why so many bytes more are not put there; nil: there is room.
  func shortage(of bytes: UInt64) -> PlacementReason? {
    if takenBytes.addingClamped(bytes) > volume.capacityBytes {
      return .overCapacity(takenBytes: takenBytes, capacityBytes: volume.capacityBytes)
    }
    guard let freeBytes else { return nil }
    let room = freeBytes < reservedBytes ? 0 : freeBytes - reservedBytes
    return room < bytes ? .noRoom(freeBytes: room, neededBytes: bytes) : nil
  }
}

extension UInt64 {
  fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

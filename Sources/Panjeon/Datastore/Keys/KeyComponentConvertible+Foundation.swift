// SPDX-License-Identifier: Apache-2.0

// Moments and UUIDs have no types in the standard library; those of every program are Foundation's.
public import FoundationEssentials

extension Date: KeyComponentConvertible {
  /// The date as a part of a key, to the microsecond.
  ///
  /// Dates beyond what 64 bits of microseconds hold, 292,000 years from the epoch, are at the ends.
  public var keyComponent: KeyComponent {
    let microseconds = (timeIntervalSince1970 * 1_000_000).rounded()
    if microseconds.isNaN { return .moment(microseconds: 0) }
    return .moment(
      microseconds: Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max))
  }

  /// The date of a part of a key; nil when it is none.
  public init?(keyComponent: KeyComponent) {
    guard case .moment(let microseconds) = keyComponent else { return nil }
    self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
  }
}

extension UUID: KeyComponentConvertible {
  /// The UUID as a part of a key.
  public var keyComponent: KeyComponent { .uuid(RandomID(self)) }

  /// The UUID of a part of a key; nil when it is none.
  public init?(keyComponent: KeyComponent) {
    guard case .uuid(let id) = keyComponent else { return nil }
    self = id.uuid
  }
}

extension RandomID {
  /// The bytes of a UUID.
  public init(_ uuid: UUID) {
    var id = RandomID(high: 0, low: 0)
    unsafe withUnsafeBytes(of: uuid.uuid) { bytes in
      for place in 0..<8 {
        id.high = unsafe id.high << 8 | UInt64(bytes[place])
        id.low = unsafe id.low << 8 | UInt64(bytes[place + 8])
      }
    }
    self = id
  }

  /// The same bytes as a UUID.
  public var uuid: UUID {
    var value = UUID().uuid
    unsafe withUnsafeMutableBytes(of: &value) { bytes in
      for place in 0..<8 {
        let shift = UInt64(56 - place * 8)
        unsafe bytes[place] = UInt8(truncatingIfNeeded: high >> shift)
        unsafe bytes[place + 8] = UInt8(truncatingIfNeeded: low >> shift)
      }
    }
    return UUID(uuid: value)
  }
}

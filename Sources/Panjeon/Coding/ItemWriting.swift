// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Appends items in their shortest form.
extension [UInt8] {
  mutating func appendHead(_ kind: ItemKind, _ argument: UInt64) {
    let high = kind.rawValue << 5
    if argument < 24 {
      append(high | UInt8(argument))
      return
    }
    let info: UInt8 =
      argument <= 0xFF ? 24 : argument <= 0xFFFF ? 25 : argument <= 0xFFFF_FFFF ? 26 : 27
    append(high | info)
    appendBigEndian(argument, byteCount: ItemHead.extraBytes(info: info))
  }

  mutating func appendBigEndian(_ value: UInt64, byteCount: Int) {
    var shift = UInt64(byteCount * 8)
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func appendInteger(_ value: some FixedWidthInteger) {
    if let value = UInt64(exactly: value) {
      appendHead(.unsigned, value)
    } else if let rest = UInt64(exactly: ~value), value < 0 {
      appendHead(.negative, rest)
    } else if value < 0 {
      appendBignum(UInt128(truncatingIfNeeded: ~value), tag: RecordFormat.negativeBignumTag)
    } else {
      appendBignum(UInt128(truncatingIfNeeded: value), tag: RecordFormat.bignumTag)
    }
  }

  private mutating func appendBignum(_ value: UInt128, tag: UInt64) {
    let byteCount = (value.bitWidth - value.leadingZeroBitCount + 7) / 8
    appendHead(.tag, tag)
    appendHead(.bytes, UInt64(byteCount))
    appendBigEndian(UInt64(truncatingIfNeeded: value >> 64), byteCount: byteCount - 8)
    appendBigEndian(UInt64(truncatingIfNeeded: value), byteCount: 8)
  }

  mutating func appendDouble(_ value: Double) {
    append(0xFB)
    appendBigEndian(value.bitPattern, byteCount: 8)
  }

  mutating func appendFloat(_ value: Float) {
    append(0xFA)
    appendBigEndian(UInt64(value.bitPattern), byteCount: 4)
  }

  mutating func appendText(_ value: String) {
    // Only read while the closure runs.
    let isDone: Void? = unsafe value.utf8.withContiguousStorageIfAvailable { utf8 in
      appendHead(.text, UInt64(utf8.count))
      unsafe append(contentsOf: utf8)
    }
    if isDone == nil {
      appendHead(.text, UInt64(value.utf8.count))
      append(contentsOf: value.utf8)
    }
  }

  mutating func appendByteString(_ value: Bytes) {
    appendHead(.bytes, UInt64(value.count))
    // Only read while the closure runs.
    unsafe value.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }

  mutating func appendByteString(_ value: [UInt8]) {
    appendHead(.bytes, UInt64(value.count))
    append(contentsOf: value)
  }
}

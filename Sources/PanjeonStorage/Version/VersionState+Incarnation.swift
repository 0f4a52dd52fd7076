// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension VersionState {
  /// Begins another life of the store, or its first; see the article *Backup*.
  ///
  /// - Parameter randomNumber: Where random bits come from.
  package mutating func renewIncarnation(_ randomNumber: () -> UInt64) {
    if let incarnation {
      self.incarnation = StoreIncarnation(
        store: incarnation.store, number: incarnation.number + 1, nonce: randomNumber())
    } else {
      let store = StoreIdentity(high: randomNumber(), low: randomNumber())
      incarnation = StoreIncarnation(store: store, number: 1, nonce: randomNumber())
    }
  }

  /// Lives are only counted up.
  mutating func apply(_ next: StoreIncarnation) throws(StoreError) {
    if let incarnation, incarnation.store != next.store || incarnation.number > next.number {
      throw contradiction("incarnation \(next) follows \(incarnation)")
    }
    incarnation = next
  }
}

extension StoreIncarnation {
  func encode(to bytes: inout [UInt8]) {
    bytes.appendFixed64LE(store.high)
    bytes.appendFixed64LE(store.low)
    bytes.appendVarint(number)
    bytes.appendFixed64LE(nonce)
  }

  init(_ reader: inout ByteReader) throws(MalformedBytes) {
    let store = StoreIdentity(high: try reader.readFixed64LE(), low: try reader.readFixed64LE())
    self.init(store: store, number: try reader.readVarint(), nonce: try reader.readFixed64LE())
  }
}

// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// The first payload of either side: the mark, the version of the format, and of the server what its store is.
package struct Greeting: Hashable, Sendable {
  /// What the server tells of the store.
  package struct Store: Hashable, Sendable {
    package var limits: StoreLimits
    package var incarnation: StoreIncarnation

    package init(limits: StoreLimits, incarnation: StoreIncarnation) {
      self.limits = limits
      self.incarnation = incarnation
    }
  }

  package var version: UInt8

  /// Nil in a client's greeting, and in one of a version that is not known here.
  package var store: Store?

  package init(version: UInt8 = WireFormat.version, store: Store? = nil) {
    self.version = version
    self.store = store
  }
}

extension Greeting: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(raw: WireFormat.mark)
    encoder.append(byte: version)
    if let store {
      encoder.append(store.limits)
      encoder.append(store.incarnation)
    }
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    let mark = try decoder.raw(WireFormat.mark.count)
    guard decoder.bytes[mark].elementsEqual(WireFormat.mark) else { throw MalformedBytes() }
    version = try decoder.byte()
    if version == WireFormat.version, !decoder.isAtEnd {
      store = Store(limits: try decoder.value(), incarnation: try decoder.value())
    } else {
      // What another version says behind its number is not understood.
      store = nil
      _ = try decoder.raw(decoder.bytes.count - decoder.offset)
    }
  }
}

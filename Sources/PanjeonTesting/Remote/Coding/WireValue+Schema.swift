// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// Tables' shapes.
extension SplitPolicy: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    switch trigger {
    case .disabled: encoder.append(byte: 0)
    case .manual: encoder.append(byte: 1)
    case .constantSize(let bytesMax):
      encoder.append(byte: 2)
      encoder.append(bytesMax)
    case .stepping(let bytesMax):
      encoder.append(byte: 3)
      encoder.append(bytesMax)
    case .increasing(let bytesMax):
      encoder.append(byte: 4)
      encoder.append(bytesMax)
    }
    switch grouping {
    case .none: encoder.append(byte: 0)
    case .prefix(let bytes):
      encoder.append(byte: 1)
      encoder.append(bytes)
    case .delimiter(let delimiter):
      encoder.append(byte: 2)
      encoder.append(byte: delimiter)
    }
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    let trigger: Trigger
    switch try decoder.byte() {
    case 0: trigger = .disabled
    case 1: trigger = .manual
    case 2: trigger = .constantSize(bytesMax: try decoder.integer())
    case 3: trigger = .stepping(bytesMax: try decoder.integer())
    case 4: trigger = .increasing(bytesMax: try decoder.integer())
    default: throw MalformedBytes()
    }
    switch try decoder.byte() {
    case 0: self.init(trigger)
    case 1: self.init(trigger, grouping: .prefix(bytes: try decoder.integer()))
    case 2: self.init(trigger, grouping: .delimiter(try decoder.byte()))
    default: throw MalformedBytes()
    }
  }
}

extension LocalityGroup: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(name)
    encoder.append(compression)
    encoder.append(bloomFilter)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(
      try decoder.text(), compression: try decoder.optional(), bloomFilter: try decoder.value())
  }
}

extension ColumnFamily: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(name)
    encoder.append(versionsMax)
    encoder.append(versionsMin)
    encoder.append(timeToLive)
    encoder.append(localityGroup)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(
      try decoder.text(), versionsMax: try decoder.integer(), versionsMin: try decoder.integer(),
      timeToLive: try decoder.optional(), localityGroup: try decoder.text())
  }
}

extension TableSchema: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(name)
    encoder.append(families)
    encoder.append(localityGroups)
    encoder.append(splitPolicy)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(
      name: try decoder.text(), families: try decoder.list(),
      localityGroups: try decoder.list(), splitPolicy: try decoder.value())
  }
}

// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// What is asked of rows.
extension ColumnSelection: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    guard let families else { return encoder.append(false) }
    encoder.append(true)
    encoder.append(
      families.sorted { $0.key < $1.key }.map { SelectedFamily(name: $0.key, qualifiers: $0.value) }
    )
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init()
    if !(try decoder.flag()) { return }
    let families = try decoder.list(SelectedFamily.self)
    // A selection that was made of nothing selects everything; one of no family cannot be made.
    guard !families.isEmpty else { throw MalformedBytes() }
    for family in families {
      switch family.qualifiers {
      case .all: add(family: family.name)
      case .range(let range): add(family: family.name, qualifiers: range)
      case .some(let known):
        for qualifier in known { add(family: family.name, qualifier: qualifier) }
      }
    }
  }
}

/// What is selected of one family.
private struct SelectedFamily: WireValue {
  let name: String
  let qualifiers: ColumnSelection.Qualifiers

  init(name: String, qualifiers: ColumnSelection.Qualifiers) {
    self.name = name
    self.qualifiers = qualifiers
  }

  func encode(to encoder: inout WireEncoder) {
    encoder.append(name)
    switch qualifiers {
    case .all: encoder.append(byte: 0)
    case .some(let known):
      encoder.append(byte: 1)
      encoder.append(known.sorted())
    case .range(let range):
      encoder.append(byte: 2)
      encoder.append(range)
    }
  }

  init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    name = try decoder.text()
    switch try decoder.byte() {
    case 0: qualifiers = .all
    case 1:
      let known = try decoder.list(Bytes.self)
      guard !known.isEmpty else { throw MalformedBytes() }
      qualifiers = .some(Set(known))
    case 2: qualifiers = .range(try decoder.value())
    default: throw MalformedBytes()
    }
  }
}

extension Get: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(row)
    encoder.append(columns)
    encoder.append(versionsMax)
    encoder.append(cellsMax)
    encoder.append(filter)
    encoder.append(startingAt)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(
      try decoder.value(), columns: try decoder.value(), versionsMax: try decoder.integer(),
      cellsMax: try decoder.optional(), filter: try decoder.optional(),
      startingAt: try decoder.optional())
  }
}

extension Scan: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(rows)
    encoder.append(columns)
    encoder.append(versionsMax)
    encoder.append(rowsMax)
    encoder.append(cellsPerRowMax)
    encoder.append(cellsMax)
    encoder.append(cellsPerBatchMax)
    encoder.append(filter)
    encoder.append(isReversed)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(
      try decoder.value(), columns: try decoder.value(), versionsMax: try decoder.integer(),
      rowsMax: try decoder.optional(), cellsPerRowMax: try decoder.optional(),
      cellsMax: try decoder.optional(), cellsPerBatchMax: try decoder.optional(),
      filter: try decoder.optional(), isReversed: try decoder.flag())
  }
}

// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// What a store far away answers.
package enum RemoteAnswer: Sendable {
  /// The call was made; there is nothing to tell.
  case done
  case failed(StoreError)
  case schema(TableSchema)
  case schemas([TableSchema])
  case row(RowResult?)
  case rows(RowPage)
  case holds(Bool)
  case results([Result<Bool, StoreError>])
}

/// Some rows of a scan, and how it goes on.
package struct RowPage: Sendable {
  /// What comes behind the rows.
  package enum Ending: Sendable {
    /// Nothing.
    case end
    /// More, by this cursor.
    case more(cursor: UInt64)
    case failed(StoreError)
  }

  package var rows: [RowResult]
  package var ending: Ending

  package init(rows: [RowResult], ending: Ending) {
    self.rows = rows
    self.ending = ending
  }
}

extension RowPage: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(rows)
    switch ending {
    case .end: encoder.append(byte: 0)
    case .more(let cursor):
      encoder.append(byte: 1)
      encoder.append(cursor)
    case .failed(let error):
      encoder.append(byte: 2)
      encoder.append(error)
    }
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    rows = try decoder.list()
    switch try decoder.byte() {
    case 0: ending = .end
    case 1: ending = .more(cursor: try decoder.unsigned())
    case 2: ending = .failed(try decoder.value())
    default: throw MalformedBytes()
    }
  }
}

/// What came of one change of several.
private struct ChangeResult: WireValue {
  let result: Result<Bool, StoreError>

  init(_ result: Result<Bool, StoreError>) { self.result = result }

  func encode(to encoder: inout WireEncoder) {
    switch result {
    case .success(let holds): encoder.append(byte: holds ? 1 : 0)
    case .failure(let error):
      encoder.append(byte: 2)
      encoder.append(error)
    }
  }

  init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    switch try decoder.byte() {
    case 0: result = .success(false)
    case 1: result = .success(true)
    case 2: result = .failure(try decoder.value())
    default: throw MalformedBytes()
    }
  }
}

extension RemoteAnswer: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    switch self {
    case .done: encoder.append(byte: 0)
    case .failed(let error):
      encoder.append(byte: 1)
      encoder.append(error)
    case .schema(let schema):
      encoder.append(byte: 2)
      encoder.append(schema)
    case .schemas(let schemas):
      encoder.append(byte: 3)
      encoder.append(schemas)
    case .row(let row):
      encoder.append(byte: 4)
      encoder.append(row)
    case .rows(let page):
      encoder.append(byte: 5)
      encoder.append(page)
    case .holds(let holds):
      encoder.append(byte: 6)
      encoder.append(holds)
    case .results(let results):
      encoder.append(byte: 7)
      encoder.append(results.map(ChangeResult.init))
    }
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    switch try decoder.byte() {
    case 0: self = .done
    case 1: self = .failed(try decoder.value())
    case 2: self = .schema(try decoder.value())
    case 3: self = .schemas(try decoder.list())
    case 4: self = .row(try decoder.optional())
    case 5: self = .rows(try decoder.value())
    case 6: self = .holds(try decoder.flag())
    case 7: self = .results(try decoder.list(ChangeResult.self).map(\.result))
    default: throw MalformedBytes()
    }
  }
}

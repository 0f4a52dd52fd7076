// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// What a store is, and its errors.
extension StoreLimits: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(rowKeyBytesMax)
    encoder.append(qualifierBytesMax)
    encoder.append(valueBytesMax)
    encoder.append(comparandBytesMax)
    encoder.append(mutationsPerBatchMax)
    encoder.append(rowsPerBatchMax)
    encoder.append(batchBytesMax)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init()
    rowKeyBytesMax = try decoder.integer()
    qualifierBytesMax = try decoder.integer()
    valueBytesMax = try decoder.integer()
    comparandBytesMax = try decoder.integer()
    mutationsPerBatchMax = try decoder.integer()
    rowsPerBatchMax = try decoder.integer()
    batchBytesMax = try decoder.integer()
  }
}

extension StoreIncarnation: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(store.high)
    encoder.append(store.low)
    encoder.append(number)
    encoder.append(nonce)
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    self.init(
      store: StoreIdentity(high: try decoder.unsigned(), low: try decoder.unsigned()),
      number: try decoder.unsigned(), nonce: try decoder.unsigned())
  }
}

/// What was behind an error of a store far away: what it said of itself.
struct RemoteCause: Error, CustomStringConvertible {
  let description: String
}

extension StoreError: WireValue {
  package func encode(to encoder: inout WireEncoder) {
    encoder.append(code.description)
    encoder.append(message)
    encoder.append(file)
    encoder.append(offset)
    encoder.append(rows)
    encoder.append(cause.map { "\($0)" })
  }

  package init(from decoder: inout WireDecoder) throws(MalformedBytes) {
    let code = Code(named: try decoder.text())
    self.init(
      code, try decoder.text(), file: try decoder.optional(), offset: try decoder.optional(),
      rows: try decoder.optional(), cause: try decoder.optional().map(RemoteCause.init))
  }
}

extension StoreError.Code {
  /// The codes that are known by name on both sides.
  package static let sent: [StoreError.Code] = [
    .noSuchTable, .tableExists, .noSuchFamily, .invalidArgument, .limitExceeded, .notAStore,
    .unsupportedFormat, .unsupportedCompression, .locked, .corruption, .io, .noSpace,
    .writableByOthers, .readOnly, .closed, .unavailable, .unknownOutcome, .snapshotTooOld,
  ]

  private static let byName = Dictionary(
    sent.map { ($0.description, $0) }, uniquingKeysWith: { first, _ in first })

  /// The code of a name; `io` for one that is not known here.
  fileprivate init(named name: String) { self = Self.byName[name] ?? .io }
}

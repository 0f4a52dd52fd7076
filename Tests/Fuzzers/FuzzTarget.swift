// SPDX-License-Identifier: Apache-2.0

/// A decoder that is fed with whatever bytes the fuzzer thinks of.
///
/// It may refuse them by an error of its own; a trap, a hang, or memory without bound is a bug.
struct FuzzTarget: Sendable {
  /// As `.ci/fuzz` and the corpus's directories call it.
  let name: String

  /// Decodes; what it returns or throws is of no interest.
  let run: @Sendable ([UInt8]) throws -> Void

  static let all: [FuzzTarget] =
    storageTargets + logTargets + [
      FuzzTarget(name: "header", run: decodeLockHeader),
      FuzzTarget(name: "intents", run: decodeLockIntents),
      FuzzTarget(name: "redo", run: decodeRedo),
      FuzzTarget(name: "history", run: checkHistory),
      FuzzTarget(name: "records", run: decodeRecords),
      FuzzTarget(name: "typed-record", run: decodeTypedRecord),
      FuzzTarget(name: "export", run: decodeExportLine),
      FuzzTarget(name: "transcript", run: readTranscript),
      FuzzTarget(name: "wire", run: decodeDemoWire),
      FuzzTarget(name: "call", run: decodeRemoteCall),
    ]
}

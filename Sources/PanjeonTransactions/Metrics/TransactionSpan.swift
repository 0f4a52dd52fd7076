// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

#if Tracing
  internal import Tracing
#endif

/// A span of a trace; nothing at all in a build without the package's trait `Tracing`.
///
/// One for each transaction, within it one for each attempt, and within that one for the commit. The article *Observing* has their
/// names and attributes.
struct TransactionSpan {
  #if Tracing
    private let span: any Span

    static func open<R>(
      _ name: String, _ body: (TransactionSpan) async throws -> R
    ) async throws -> R {
      try await withSpan(name, ofKind: .internal) { span in
        try await body(TransactionSpan(span: span))
      }
    }

    func set(_ attribute: String, _ value: @autoclosure () -> String) {
      if span.isRecording { span.attributes[attribute] = value() }
    }

    func set(_ attribute: String, _ value: Int) {
      if span.isRecording { span.attributes[attribute] = value }
    }

    /// Notes a conflict, and the row if it is known.
    func note(conflict: TransactionError) {
      guard span.isRecording else { return }
      var attributes = SpanAttributes()
      if let row = conflict.row {
        attributes["panjeon.table"] = row.table
        attributes["panjeon.row"] = "\(row.row)"
      }
      span.addEvent(SpanEvent(name: "conflict", attributes: attributes))
    }
  #else
    @inline(__always)
    static func open<R>(
      _ name: StaticString, _ body: (TransactionSpan) async throws -> R
    ) async throws -> R {
      try await body(TransactionSpan())
    }

    @inline(__always)
    func set(_ attribute: StaticString, _ value: @autoclosure () -> String) {}

    @inline(__always)
    func set(_ attribute: StaticString, _ value: Int) {}

    @inline(__always)
    func note(conflict: TransactionError) {}
  #endif
}

// SPDX-License-Identifier: Apache-2.0

/// What became of an operation; YCSB's statuses, and `conflict` for transactions.
package enum Status: String, CaseIterable, Sendable {
  case ok = "OK"
  case notFound = "NOT_FOUND"
  case error = "ERROR"
  case unexpectedState = "UNEXPECTED_STATE"
  case conflict = "CONFLICT"
}

/// What an engine's clients do while they wait.
package enum ClientKind: Sendable {
  /// They block their thread: each gets one of its own.
  case blocking
  /// They suspend: they share Swift's threads.
  case suspending
}

/// The fields that a write sets: numbers of fields, and their bytes in one buffer that is reused.
package struct FieldValues: Sendable {
  package private(set) var fields: [Int] = []
  package private(set) var ends: [Int] = []
  package var bytes: [UInt8] = []

  package init() {}

  package mutating func removeAll() {
    fields.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
  }

  /// Ends a value that has been appended to ``bytes``.
  package mutating func endValue(of field: Int) {
    fields.append(field)
    ends.append(bytes.count)
  }

  package mutating func append(field: Int, value: some Sequence<UInt8>) {
    bytes.append(contentsOf: value)
    endValue(of: field)
  }

  package var count: Int { fields.count }

  package func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  package func value(_ index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }
}

/// What is written of a row in a transaction, or read.
package enum RowPart: Sendable {
  /// Fields of a record, by number; none for all.
  case fields([Int])
  /// The newest so many of the messages in a record's collection.
  case newestMessages(Int)
}

package struct RowRead: Sendable {
  package var key: [UInt8]
  package var part: RowPart

  package init(_ key: [UInt8], _ part: RowPart) {
    self.key = key
    self.part = part
  }
}

package struct RowWrite: Sendable {
  package var key: [UInt8]
  package var values = FieldValues()
  /// Messages that join the record's collection: number and text.
  package var messages: [(id: UInt64, text: [UInt8])] = []
  /// Whether the record goes; it has no messages then.
  package var isDelete = false

  package init(_ key: [UInt8]) {
    self.key = key
  }
}

/// A transaction: what it reads, and what it writes given what it read.
///
/// All reads are for update: the transaction commits only if they still hold.
package struct TransactionPlan: Sendable {
  package var reads: [RowRead] = []
  package var decide: @Sendable ([RowFields]) -> [RowWrite] = { _ in [] }
  package var isReadOnly = false

  package init() {}
}

/// What one read of a transaction returned: values by field number, or messages from the newest.
package struct RowFields: Sendable {
  package var values: [(field: Int, value: [UInt8])] = []

  package init() {}

  package func value(_ field: Int) -> [UInt8]? {
    values.first { $0.field == field }?.value
  }
}

/// One client's way into an engine; used by one task.
///
/// What a read returns is handed to its sink field by field. The bytes must be the client's own when the operation
/// ends; engines that lend theirs copy them first.
package protocol EngineClient: AnyObject {
  /// Reads fields of a record; nil for all.
  func read(_ key: [UInt8], fields: [Int]?, into sink: FieldSink) async throws -> Status

  /// Reads so many records from a key on, and says how many there were.
  func scan(
    from key: [UInt8], count: Int, fields: [Int]?, into sink: FieldSink
  ) async throws -> Int

  func update(_ key: [UInt8], _ values: FieldValues) async throws -> Status
  func insert(_ key: [UInt8], _ values: FieldValues) async throws -> Status
  func delete(_ key: [UInt8]) async throws -> Status

  /// Runs a transaction until it commits; returns how often it had to be tried again.
  func transact(_ plan: TransactionPlan) async throws -> Int
}

/// What an engine says of itself.
package struct EngineFigures: Sendable {
  /// The bytes of its files.
  package var storedBytes: UInt64 = 0
  /// The seconds for which it held writes back, if it says so.
  package var stallSeconds: Double?
  /// Why it did, if it says so: every cause it knows, in an order that stays.
  package var stallsByCause: [Stall] = []

  package struct Stall: Hashable, Sendable {
    package var cause: String
    package var count: UInt64
    package var seconds: Double

    package init(cause: String, count: UInt64, seconds: Double) {
      self.cause = cause
      self.count = count
      self.seconds = seconds
    }
  }

  package init() {}
}

/// A store that is measured.
package protocol Engine: AnyObject, Sendable {
  var kind: ClientKind { get }

  func makeClient() throws -> any EngineClient

  /// Returns when nothing is flushed or compacted any more.
  func settle() async throws

  func figures() async throws -> EngineFigures

  func close() async throws
}

/// An engine cannot do what a workload asks for.
package struct NotOffered: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

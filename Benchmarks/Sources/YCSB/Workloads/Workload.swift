// SPDX-License-Identifier: Apache-2.0

/// What clients do to an engine.
package protocol Workload: Sendable {
  /// The records that a load inserts.
  var loadCount: Int { get }

  /// The records there are now, those of its own inserts included.
  var recordCount: Int { get }

  /// Whether the run's operations are transactions.
  var isTransactional: Bool { get }

  /// One client's part; `index` counts clients from zero.
  func makeClient(_ index: Int, seed: UInt64) throws -> any WorkloadClient

  /// Looks at the data before a run, as far as the run needs it.
  func prepare(_ client: any EngineClient) async throws

  /// Looks at the data after a run; nil when there is nothing to say.
  func validate(_ client: any EngineClient, operations: Int) async throws -> Validation?
}

extension Workload {
  package func prepare(_ client: any EngineClient) async throws {}

  package func validate(
    _ client: any EngineClient, operations: Int
  ) async throws -> Validation? { nil }
}

/// What one client does; used by one task.
package protocol WorkloadClient: AnyObject {
  /// Inserts the next record of a load.
  func load(_ client: any EngineClient, _ moment: Moment) async throws

  /// Does the next operation of a run.
  func operate(_ client: any EngineClient, _ moment: Moment) async throws
}

/// When an operation should have begun, and who writes down how long it took.
package struct Moment: Sendable {
  package let recorder: Recorder
  package let intended: UInt64

  package init(recorder: Recorder, intended: UInt64) {
    self.recorder = recorder
    self.intended = intended
  }

  package func record(
    _ metric: Metric, from start: UInt64, _ status: Status, retries: Int = 0, writtenBytes: Int = 0
  ) {
    recorder.record(
      metric, from: start, intended: intended, status, retries: retries, writtenBytes: writtenBytes)
  }
}

/// The result of a validation stage.
package struct Validation: Sendable {
  package var isPassed: Bool
  package var lines: [(name: String, value: Double)]
}

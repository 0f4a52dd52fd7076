// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension EmbeddedStore {
  /// How often a store is looked at before what differs between its volumes is told.
  private static let looksMax = 10

  /// Looks at the volumes of a store, which may be open elsewhere, without opening it; takes no lock and writes nothing.
  ///
  /// Volumes may be missing. What might be the doing of somebody who writes is looked at twice.
  ///
  /// - Parameters:
  ///   - path: The directory of any of the store's volumes that is there.
  ///   - configuration: The file system, the clock and the volumes are used, nothing else; by default what the volume says of the
  ///     others is believed.
  /// - Returns: What is there; nil if the store has one copy, in its directory.
  /// - Throws: `notAStore`; `invalidArgument` when volumes do not belong together; `corruption` when the record of this one is
  ///   damaged; `io`.
  public static func surveyVolumes(
    at path: String, configuration: StoreConfiguration = StoreConfiguration()
  ) async throws(StoreError) -> ReplicationSurvey? {
    var last: ReplicationSurvey?
    for look in 1...looksMax {
      let found = try await blocking { () throws(StoreError) -> ReplicationSurvey? in
        if let surveyor = try VolumeSurveyor(path, configuration) { return try surveyor.run() }
        guard try StoreDirectory.inspect(path, configuration.fileSystem) else {
          throw StoreDirectory.notAStore(path, "it does not exist or is empty")
        }
        return nil
      }
      guard let found else { return nil }
      let degraded = found.files.filter(\.isDegraded)
      if degraded.isEmpty || degraded == last?.files.filter(\.isDegraded) || look == looksMax {
        return found
      }
      last = found
      // Somebody who cancels gets an answer that is less sure.
      try? await configuration.timeSource.sleep(for: .milliseconds(50))
    }
    return last
  }
}

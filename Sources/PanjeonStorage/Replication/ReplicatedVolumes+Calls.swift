// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Calls that are made on several volumes.
extension ReplicatedVolumes {
  /// Makes a call on several volumes at the same time and waits for all of them.
  ///
  /// A volume of which it fails, or that does not answer in time, is taken out of use, unless it fails on all of them.
  ///
  /// - Parameters:
  ///   - places: The volumes.
  ///   - body: The call.
  /// - Returns: What it gave, by place, of the volumes that are well.
  /// - Throws: The first error, if it fails on all; `io` if there is no volume.
  package func callAll<Value: Sendable>(
    _ places: [Int], _ body: @escaping @Sendable (MountedVolume) throws(StoreError) -> Value
  ) throws(StoreError) -> [Int: Value] {
    let volumes = places.map { self[$0] }.filter(\.isHealthy)
    if volumes.isEmpty { throw StoreError(.io, "no volume is left that has the file") }
    // The last one's error is the engine's.
    if volumes.count == 1 { return [volumes[0].place: try body(volumes[0])] }
    let answers = VolumeAnswers<Value>(count: volumes.count)
    for (number, volume) in volumes.enumerated() {
      let isAsked = volume.submit {
        answers.set(number, Result { () throws(StoreError) in try body(volume) })
      }
      if !isAsked { answers.set(number, .failure(silent(volume))) }
    }
    var values: [Int: Value] = [:]
    var failures: [(MountedVolume, StoreError)] = []
    for (volume, answer) in zip(volumes, answers.wait(timeout: timeout)) {
      switch answer {
      case .success(let value)?: values[volume.place] = value
      case .failure(let error)?: failures.append((volume, error))
      case nil: failures.append((volume, silent(volume)))
      }
    }
    if values.isEmpty, let (_, error) = failures.first { throw error }
    for (volume, error) in failures { fail(volume, error) }
    return values
  }

  /// Makes a call on one volume by its thread, where somebody else waits for it to end; one that does not answer in time is taken out of
  /// use, unless it is the last.
  ///
  /// Throws what `body` throws; `io` if there is no answer.
  func call<Value: Sendable>(
    _ volume: MountedVolume, _ body: @escaping @Sendable () throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let answer = VolumeAnswers<Value>(count: 1)
    let isAsked = volume.submit {
      answer.set(0, Result { () throws(StoreError) in try body() })
    }
    guard isAsked, let result = answer.wait(timeout: timeout)[0] else {
      let error = silent(volume)
      failUnlessLast(volume, error)
      throw error
    }
    return try result.get()
  }

  /// Throws `closed` once the store is being closed.
  func requireOpen() throws(StoreError) {
    if repairs.withLock({ $0.isStopping }) { throw .storeClosed }
  }

  private func silent(_ volume: MountedVolume) -> StoreError {
    StoreError(
      .io, "the volume '\(volume.name)' has not answered for \(timeout)", file: volume.path)
  }

  /// The places that a file's *on disk* means: those of durable volumes, or all.
  package func placesToSync(_ places: some Collection<Int>) -> [Int] {
    let healthy = places.filter { self[$0].isHealthy }.sorted()
    if syncsAllCopies { return healthy }
    let durable = healthy.filter { self[$0].isDurable }
    return durable.isEmpty ? healthy : durable
  }

  /// Whether *on disk* means a volume's copy too, beside those on others.
  package func isToSync(_ volume: MountedVolume, beside places: some Collection<Int>) -> Bool {
    placesToSync(Set(places).union([volume.place])).contains(volume.place)
  }
}

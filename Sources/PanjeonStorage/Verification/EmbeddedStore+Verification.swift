// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Finding damage before it is read, and reading what damage has left.
extension EmbeddedStore {
  /// Looks through the files of a store, which may be damaged, and may be open elsewhere; writes nothing.
  ///
  /// Checks `CURRENT` and the MANIFEST, the regions and files that it names, every SSTable's footer, index, filter and
  /// properties, and every record of the log. Going deep, it also reads every block: checksums, the order of cells, the
  /// Bloom filter against the rows, the properties against what is there. Of a store with volumes, each copy on those that count is
  /// looked at; ``surveyVolumes(at:configuration:)`` tells which copies there should be.
  ///
  /// - Parameters:
  ///   - path: The store's directory, or that of one of its volumes.
  ///   - isDeep: Whether every block is read.
  ///   - configuration: The file system and the clock are used, nothing else.
  /// - Returns: What was found.
  /// - Throws: `notAStore`, `unsupportedFormat`; `io` when the directory cannot be read; `unavailable` when a writer
  ///   replaced files faster than they could be read.
  public static func verify(
    at path: String, isDeep: Bool, configuration: StoreConfiguration = StoreConfiguration()
  ) async throws(StoreError) -> VerificationReport {
    try await blocking { () throws(StoreError) in
      let view = try VolumeView(path, configuration)
      var report = try DirectoryVerifier(
        path, view ?? configuration.fileSystem, isDeep: isDeep
      ).run()
      for error in view?.damage ?? [] {
        report.note(
          VerificationFinding(.damaged, error, file: VolumeRecordFile.name)
            .ofCopy(at: error.file ?? VolumeRecordFile.name))
      }
      return report
    }
  }

  /// Looks through the files of this open store while it works on.
  ///
  /// As ``verify(at:isDeep:configuration:)``, but for what changes meanwhile: the newest segment of the log, and orphans,
  /// which cannot be told from files being written. Throws `closed`.
  public func verify(isDeep: Bool) async throws(StoreError) -> VerificationReport {
    try requireOpen()
    let verifier = OnlineVerifier(
      catalog, directory, configuration.fileSystem, background?.environment.versions,
      background?.segments)
    return try await Self.blocking { [lifecycle] () throws(StoreError) in
      var pacer = ReadPacer(pause: { _ in !lifecycle.isOpen })
      return try verifier.run(isDeep: isDeep, &pacer)
    }
  }

  /// The damage that compactions and the scrub have met since the store was opened, each thing once.
  ///
  /// It is confined: reads of the rows that the findings name fail with `corruption`, everything else goes on.
  public var knownDamage: [VerificationFinding] { background?.environment.damage.findings ?? [] }

  /// Opens for reading what can be read of a damaged store.
  ///
  /// Blocks, files and records that are damaged are left out, and the findings name the rows that may be missing something:
  /// cells, or the deletes that hid older ones. Of a store with volumes the best copies are read; if the record of the one that
  /// is given is damaged, that volume alone. Nothing is written; copy what is needed into a new store.
  ///
  /// - Parameters:
  ///   - path: The store's directory, or that of one of its volumes; no process should have it open for writing.
  ///   - configuration: Sizes, bounds, file system, clock.
  /// - Returns: The store, which is only read, and what it lacks; close it when done.
  /// - Throws: `corruption` when no MANIFEST can be read at all; `writableByOthers`,
  ///   `unsupportedFormat`, `io`.
  public static func salvage(
    at path: String, configuration: StoreConfiguration = StoreConfiguration()
  ) async throws(StoreError) -> (store: EmbeddedStore, report: VerificationReport) {
    try await blocking { () throws(StoreError) in
      var configuration = configuration
      var damage: StoreError?
      do throws(StoreError) {
        if let view = try VolumeView(path, configuration) { configuration.fileSystem = view }
      } catch {
        if error.code != .corruption { throw error }
        damage = error
      }
      return try Salvager(path, configuration, damage: damage).open()
    }
  }
}

// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Verifies a store that another process may be writing: what might be its doing is looked at twice.
package struct DirectoryVerifier {
  private let directory: String
  private let fileSystem: any FileSystem
  private let isDeep: Bool

  package init(_ directory: String, _ fileSystem: any FileSystem, isDeep: Bool) {
    self.directory = directory
    self.fileSystem = fileSystem
    self.isDeep = isDeep
  }

  package func run() throws(StoreError) -> VerificationReport {
    var last: Set<VerificationFinding> = []
    for _ in 0..<ReadOnlyOpener.attemptsMax {
      let before = identity()
      var verifier = StoreVerifier(directory, fileSystem, isDeep: isDeep)
      var report = try verifier.run()
      // A writer replaces files only after it has said so in the MANIFEST; the log it writes all the time.
      let mayBeItsDoing = report.findings.contains { $0.kind == .log } || before != identity()
      if report.isSound || !mayBeItsDoing { return report }
      let damage = Set(report.findings.filter(\.isDamage))
      let lasting = damage.intersection(last)
      if !lasting.isEmpty {
        report.keep { !$0.isDamage || lasting.contains($0) }
        return report
      }
      last = damage
    }
    throw StoreError(
      .unavailable, "the store's writer replaced files faster than they could be read; try again",
      file: directory)
  }

  /// Nil when `CURRENT` or the MANIFEST cannot be read: damage, which no writer changes.
  private func identity() -> ManifestIdentity? {
    (try? Manifest.identity(in: directory, fileSystem)) ?? nil
  }
}

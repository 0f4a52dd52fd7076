// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Verifies a store that another process may be writing: should that have changed anything while damage was found, looks
/// again.
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
    for _ in 0..<ReadOnlyOpener.attemptsMax {
      let before = identity()
      var verifier = StoreVerifier(directory, fileSystem, isDeep: isDeep)
      let report = try verifier.run()
      // A writer replaces files only after it has said so in the MANIFEST.
      if report.isSound || before == identity() { return report }
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

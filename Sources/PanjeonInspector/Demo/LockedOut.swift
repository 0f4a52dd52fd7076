// SPDX-License-Identifier: Apache-2.0

internal import Between

/// Makes hashes that no password matches: nobody logs in to a demo.
struct LockedOut: PasswordHasher {
  static let hash = "!"

  func hash(_ password: String) async throws -> String { Self.hash }
  func verify(_ password: String, against hash: String) async throws -> Bool { false }
  func isOutdated(_ hash: String) -> Bool { false }
}

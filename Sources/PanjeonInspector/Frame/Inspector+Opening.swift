// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension Inspector {
  /// Runs what opens or looks at a store; whatever it throws means that the store cannot be read.
  static func opening<R>(_ body: () async throws(StoreError) -> R) async throws -> R {
    do throws(StoreError) {
      return try await body()
    } catch {
      Output.printError("panjeon: \(error)")
      if error.code == .corruption {
        Output.printError(
          "panjeon: `verify` says what is damaged, verbs that look read what is left with --damaged, `salvage` saves it"
        )
      }
      throw Status.unreadable
    }
  }
}

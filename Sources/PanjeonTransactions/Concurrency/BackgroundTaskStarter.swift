// SPDX-License-Identifier: Apache-2.0

/// Starts a task that nobody waits for.
public typealias BackgroundTaskStarter =
  @Sendable (_ body: @escaping @Sendable () async -> Void) -> Void

/// Starts a task of its own for each body.
///
/// Unowned, and so kept here alone: what is done in it is bounded, by a ``Stabilizer``, and nothing depends on its end.
func startUnownedTask(_ body: @escaping @Sendable () async -> Void) {
  Task { await body() }
}

// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// How long to wait before another attempt: a random part of a bound that doubles ("full jitter").
enum Backoff {
  static func bound(attempt: Int, _ options: TransactionOptions) -> Duration {
    let doubled = options.backoffBase * (1 << min(attempt - 1, 20))
    return min(doubled, options.backoffMax)
  }

  static func wait(bound: Duration, using generator: inout SplitMix64) -> Duration {
    bound * Double.random(in: 0..<1, using: &generator)
  }
}

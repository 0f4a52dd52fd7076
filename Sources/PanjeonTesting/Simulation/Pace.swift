// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// How the choices of one seed lean; drawn for each, so that runs differ in kind and not only in detail.
struct Pace {
  /// The probability that the process that went on last goes on.
  var staying: Double
  /// The probability that somebody wakes although others could go on: what those are in the midst of takes that long.
  var wakingEarly: Double
  /// How long a step takes at the most, in nanoseconds.
  var stepNanosecondsMax: Int

  /// Each step takes a microsecond; nothing is drawn.
  static let enumerated = Pace(staying: 0, wakingEarly: 0, stepNanosecondsMax: 1000)

  private init(staying: Double, wakingEarly: Double, stepNanosecondsMax: Int) {
    self.staying = staying
    self.wakingEarly = wakingEarly
    self.stepNanosecondsMax = stepNanosecondsMax
  }

  init(using random: inout SplitMix64) {
    staying = [0, 0.3, 0.6, 0.9][random.below(4)]
    wakingEarly = [0.02, 0.1, 0.3][random.below(3)]
    stepNanosecondsMax = [1000, 100_000, 5_000_000][random.below(3)]
  }
}

// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import WideColumn

extension SplitMix64 {
  /// True so many times in a hundred.
  mutating func chance(percent: Int) -> Bool { below(100) < percent }
}

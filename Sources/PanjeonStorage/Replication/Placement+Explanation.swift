// SPDX-License-Identifier: Apache-2.0

extension Placement {
  /// Which volumes it chooses, and why not the others, in lines for people.
  ///
  /// - Parameters:
  ///   - bytes: The length of the file.
  ///   - keeping: The volumes that have a whole copy.
  /// - Returns: The lines.
  package func explain(bytes: UInt64, keeping: Set<String> = []) -> [String] {
    let decision = place(bytes: bytes, keeping: keeping)
    var lines = [
      "policy: \(policy)", "it asks for \(policy.phrase)",
      "a file of \(Metrics.bytes(bytes)) goes to "
        + PolicyPhrases.names(decision.chosen.map { "'\($0)'" }),
    ]
    let widths = columns.reduce(into: [Int](repeating: 0, count: 4)) { widths, row in
      for (column, text) in row.enumerated() { widths[column] = max(widths[column], text.count) }
    }
    for (volume, row) in zip(volumes, columns) {
      let cells = zip(row, widths).map { text, width in
        text + String(repeating: " ", count: width - text.count)
      }
      let reason = decision.reasons[volume.name] ?? .notNeeded
      lines.append("  \(cells.joined(separator: "  "))  \(reason)")
    }
    lines += decision.missing.map { "missing: \($0)" }
    lines.append(decision.isFulfilled ? "the policy is fulfilled" : "the file would be degraded")
    return lines
  }

  /// What is said of each volume before the reason.
  private var columns: [[String]] {
    volumes.map { volume in
      [
        volume.name, volume.volume.storageClass.rawValue,
        "rack \(VolumePlace(volume.volume, by: .rack).quoted)", filled(volume),
      ]
    }
  }

  private func filled(_ volume: PlaceableVolume) -> String {
    let used = Metrics.bytes(volume.usedBytes)
    if volume.volume.capacityBytes == .max, volume.freeBytes == nil { return "\(used) used" }
    // Over its capacity it may be by any factor.
    let percent = min(9999, (volume.filledShare() * 100).rounded())
    return "\(used) used, \(Int(percent)) % taken"
  }
}

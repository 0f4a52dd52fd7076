// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// What became of the volumes, as the demo prints it.
struct DemoReplicas: Encodable, Sendable {
  /// The volumes that were removed after the kill.
  var lost: [String]
  /// The volumes after the kill, and after the store was open again.
  var before: VolumesReport?
  var after: VolumesReport?

  /// The volumes that may be lost together with the process: all ephemeral ones if what is acknowledged is on disk, else one.
  static func victims(
    _ durability: Durability, using random: inout SplitMix64
  ) -> [String] {
    if durability == .disk { return DemoPlace.ephemeral }
    return [DemoPlace.ephemeral[Int.random(in: 0..<DemoPlace.ephemeral.count, using: &random)]]
  }

  /// For people.
  var text: String {
    var lines: [String] = []
    if let before { lines += ["volumes after the kill"] + before.table.map { "  " + $0 } }
    lines.append("removed: \(lost.map { "volume '\($0)'" }.joined(separator: " and "))")
    if let after {
      lines += ["volumes after the store was open again"] + after.table.map { "  " + $0 }
      lines += after.findings.map { "  finding: \($0)" }
    }
    return lines.joined(separator: "\n")
  }
}

// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// Why the volumes have a file, or should, as `panjeon placement --explain` prints it.
package struct ExplanationReport: Report {
  struct Reason: Encodable {
    var volume: String
    var isChosen: Bool
    var reason: String
  }

  var policy: String
  var file: PlacementReport.File
  var reasons: [Reason]
  private var lines: [String]

  private enum CodingKeys: String, CodingKey {
    case policy, file, reasons
  }

  /// Throws `invalidArgument` when no volume has the file.
  package init(_ survey: ReplicationSurvey, file name: String) throws(StoreError) {
    lines = try survey.explanation(of: name)
    policy = survey.policy.description
    guard let found = survey.files.first(where: { $0.name == name }) else {
      preconditionFailure("it has been explained")
    }
    file = PlacementReport.File(found)
    reasons = survey.volumes.map(\.volume.name).map { volume in
      Reason(
        volume: volume, isChosen: found.decision.chosen.contains(volume),
        reason: found.decision.reasons[volume]?.description ?? "")
    }
  }

  /// For people.
  package var text: String {
    let copies = file.copies.filter(\.counts).map { "'\($0.volume)' (\(Metrics.bytes($0.bytes)))" }
    let there = copies.isEmpty ? "no volume that counts" : copies.joined(separator: ", ")
    return ([file.name + ": there is a copy on " + there] + lines).joined(separator: "\n")
  }
}

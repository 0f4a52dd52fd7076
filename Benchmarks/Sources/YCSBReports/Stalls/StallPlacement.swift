// SPDX-License-Identifier: Apache-2.0

package import Panjeon
package import YCSB

/// Where three copies lie: the raw values are the names on the command line.
package enum StallPlacement: String, CaseIterable, Codable, Sendable {
  case allDurable = "all-durable"
  case allEphemeral = "all-ephemeral"
  /// Two ephemeral volumes and a durable one.
  case twoPlusOne = "two-plus-one"

  private var storageClasses: [Volume.StorageClass] {
    switch self {
    case .allDurable: [.durable, .durable, .durable]
    case .allEphemeral: [.ephemeral, .ephemeral, .ephemeral]
    case .twoPlusOne: [.ephemeral, .ephemeral, .durable]
    }
  }

  private var policy: PlacementPolicy {
    switch self {
    case .allDurable: .across(3, .rack, .one(.durable))
    case .allEphemeral: .across(3, .rack, .one(.ephemeral))
    case .twoPlusOne: .standard
    }
  }

  /// Three volumes below a directory, each in a rack of its own, and the policy that has a copy on each.
  package func replication(in directory: String) -> ReplicationConfiguration {
    var replication = ReplicationConfiguration(
      volumes: storageClasses.enumerated().map { index, storageClass in
        Volume(
          "\(storageClass.rawValue)-\(index + 1)",
          at: "\(directory)/\(storageClass.rawValue)-\(index + 1)", rack: String(index + 1),
          storageClass: storageClass)
      })
    replication.policy = policy
    return replication
  }

  /// Placements by their names, with commas between them.
  package static func named(_ list: String) throws(UsageError) -> [StallPlacement] {
    var placements: [StallPlacement] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let placement = StallPlacement(rawValue: String(part)) else {
        let known = allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError("there is no placement '\(part)'; there are \(known)")
      }
      guard !placements.contains(placement) else {
        throw UsageError("the placement '\(part)' is there twice")
      }
      placements.append(placement)
    }
    return placements
  }
}

extension ReplicationConfiguration {
  /// The directories of the durable volumes: what stalls.
  var durablePaths: [String] {
    volumes.filter { $0.storageClass == .durable }.map(\.path)
  }

  /// Where the store is opened: a durable volume, if there is one.
  var openingPath: String { durablePaths.first ?? volumes[0].path }
}

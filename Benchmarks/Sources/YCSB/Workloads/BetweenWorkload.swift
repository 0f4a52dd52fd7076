// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import WideColumn

/// The couples' app: what `LifeGenerator` of the module Between has couples do, as rows that every engine knows.
///
/// Three records make a couple: two users and their relationship. Couples, texts and how often what is done are the generator's: of a hundred operations 97 read, and most of what
/// is written are messages; couples are chosen by `requestdistribution`, `uniform` or `zipfian`. ``BetweenClient`` says what becomes of each operation.
package final class BetweenWorkload: Workload {
  static let metadataField = 0
  static let headField = 1
  static let pageMessages = 20

  let core: CoreWorkload
  let options: CoreOptions
  private let lives: LifeGenerator?

  package init(_ properties: Properties) throws(UsageError) {
    core = try CoreWorkload(properties)
    options = core.options
    guard options.fieldCount >= 2 else {
      throw UsageError("fieldcount=\(options.fieldCount): this workload needs 2 or more")
    }
    lives = try Self.lives(options)
  }

  /// Nil when there is no couple, as when the records are loaded in parts.
  private static func lives(_ options: CoreOptions) throws(UsageError) -> LifeGenerator? {
    let couples = options.recordCount / 3
    if couples < 1 { return nil }
    guard couples <= LifeOptions.couplesMax else {
      throw UsageError(
        "recordcount=\(options.recordCount): \(LifeOptions.couplesMax) couples at the most")
    }
    var life = LifeOptions(couples: couples)
    switch options.requestDistribution {
    case .uniform: life.distribution = .uniform
    case .zipfian: life.distribution = .zipfian
    default:
      throw UsageError(
        "requestdistribution=\(options.requestDistribution): couples are uniform or zipfian")
    }
    // Rows and texts, as engines have no store for bytes.
    return LifeGenerator(seed: 0, life)
  }

  package var loadCount: Int { core.loadCount }
  package var recordCount: Int { core.recordCount }
  package var isTransactional: Bool { true }

  package func makeClient(_ index: Int, seed: UInt64) throws -> any WorkloadClient {
    guard let lives else {
      throw UsageError("recordcount=\(options.recordCount): a couple takes 3 records")
    }
    return BetweenClient(self, LifeGenerator(seed: seed, like: lives), seed: seed)
  }
}

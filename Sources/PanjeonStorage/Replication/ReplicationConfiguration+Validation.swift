// SPDX-License-Identifier: Apache-2.0

package import WideColumn

extension ReplicationConfiguration {
  /// How many volumes a store may have.
  package static let volumesMax = PlacementPolicy.countMax

  /// How long the name of a volume, a rack or a zone may be.
  package static let nameLengthMax = 64

  /// Refuses what makes no sense, and volumes that could never fulfil the policy.
  package func validate() throws(StoreError) {
    guard (1...Self.volumesMax).contains(volumes.count) else {
      throw StoreError(
        .invalidArgument,
        "there are \(volumes.count) volumes; between 1 and \(Self.volumesMax) are possible")
    }
    try validateFigures()
    for volume in volumes { try Self.validate(volume) }
    try validateNames()
    try validatePaths()
    try validatePolicy()
  }

  private func validateFigures() throws(StoreError) {
    let century = Duration.seconds(100 * 365 * 86_400)
    try Self.check("durableCopyBytesBehindMax", durableCopyBytesBehindMax, (4 << 10)...(1 << 40))
    try Self.check("repairBytesPerSecond", repairBytesPerSecond ?? 1, 1...(1 << 40))
    try Self.check("volumeTimeout", volumeTimeout, .milliseconds(1)...century)
    try Self.check("volumeProbeInterval", volumeProbeInterval, .milliseconds(1)...century)
    try Self.check("balanceTolerance", balanceTolerance, 0...1)
  }

  private static func check<Value>(
    _ name: String, _ value: Value, _ range: ClosedRange<Value>
  ) throws(StoreError) {
    if range.contains(value) { return }
    throw StoreError(
      .invalidArgument,
      "\(name) is \(value); it must lie between \(range.lowerBound) and \(range.upperBound)")
  }
}

// MARK: - Volumes

extension ReplicationConfiguration {
  private static func validate(_ volume: Volume) throws(StoreError) {
    let name = volume.name
    guard (1...nameLengthMax).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) else {
      throw StoreError(
        .invalidArgument,
        "the name \(name.debugDescription) of a volume is not possible; a name has 1 to "
          + "\(nameLengthMax) letters, digits, '-', '_' and '.'")
    }
    for (what, text) in [("rack", volume.rack), ("zone", volume.zone)] {
      let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
      guard (1...nameLengthMax).contains(text.utf8.count), isPrintable else {
        throw StoreError(
          .invalidArgument,
          "the \(what) \(text.debugDescription) of volume '\(name)' is not possible; it has 1 to "
            + "\(nameLengthMax) bytes and no control characters")
      }
    }
    guard !volume.path.isEmpty, !volume.path.utf8.contains(0) else {
      throw StoreError(
        .invalidArgument,
        "the path \(volume.path.debugDescription) of volume '\(name)' is not possible; give the "
          + "path of a directory")
    }
    guard volume.capacityBytes > 0 else {
      throw StoreError(
        .invalidArgument, "the capacity of volume '\(name)' is 0; leave it out or give it some")
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  private func validateNames() throws(StoreError) {
    var seen: Set<String> = []
    for volume in volumes where !seen.insert(volume.name).inserted {
      throw StoreError(
        .invalidArgument, "two volumes are called '\(volume.name)'; give them different names")
    }
  }

  private func validatePaths() throws(StoreError) {
    let paths = volumes.map { LexicalPath($0.path) }
    for later in volumes.indices {
      for earlier in volumes[..<later].indices {
        let (first, second) = (volumes[earlier], volumes[later])
        if paths[earlier] == paths[later] {
          throw StoreError(
            .invalidArgument,
            "volumes '\(first.name)' and '\(second.name)' have the same path; give each a "
              + "directory of its own", file: second.path)
        }
        let isInside = paths[earlier].contains(paths[later])
        guard isInside || paths[later].contains(paths[earlier]) else { continue }
        let (inner, outer) = isInside ? (second, first) : (first, second)
        throw StoreError(
          .invalidArgument,
          "volume '\(inner.name)' lies inside volume '\(outer.name)'; give each a directory of "
            + "its own", file: inner.path)
      }
    }
  }
}

// MARK: - The policy

extension ReplicationConfiguration {
  /// Refuses a policy that the volumes would not fulfil if all of them were well and had room.
  private func validatePolicy() throws(StoreError) {
    try policy.validateBounds()
    if let contradiction = policy.contradiction() {
      throw StoreError(
        .invalidArgument, "no volumes could fulfil the policy \(policy): \(contradiction)")
    }
    if policy.isFulfilled(by: volumes) { return }
    let lacking = PolicyPhrases.list(policy.unfulfilledPhrases(by: volumes))
    let remedy = PolicyPhrases.list(policy.gaps(of: volumes).map(\.phrase))
    throw StoreError(
      .invalidArgument,
      "the volumes do not fulfil the policy \(policy): they lack \(lacking); add \(remedy)")
  }
}

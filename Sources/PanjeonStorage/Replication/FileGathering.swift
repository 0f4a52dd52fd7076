// SPDX-License-Identifier: Apache-2.0

/// Puts together what the volumes of a store have of each file.
struct FileGathering {
  /// How long a copy is.
  struct Size {
    var bytes: UInt64
    /// Of `CURRENT`, which MANIFEST it names; all are of one length.
    var manifestNumber: UInt64?
  }

  /// Which files the store consists of.
  struct InForce {
    /// All but those of the log.
    var names: Set<String>
    /// Older segments of the log are removed, on volumes that follow maybe later.
    var minLogNumber: UInt64

    func contains(_ name: String) -> Bool {
      if case .log(let number)? = FileNames(name) { return number >= minLogNumber }
      return names.contains(name)
    }
  }

  private let counting: Set<String>
  private let inForce: InForce?
  private var copies: [String: [String: Size]] = [:]

  /// - Parameters:
  ///   - counting: The names of the volumes that count.
  ///   - inForce: The files of which the store consists; nil: that is not known, so they may be any.
  init(counting: Set<String>, inForce: InForce?) {
    self.counting = counting
    self.inForce = inForce
    // Those that no volume has are worth being told of.
    for name in inForce?.names ?? [] { copies[name] = [:] }
  }

  mutating func add(_ name: String, _ size: Size, on volume: String) {
    copies[name, default: [:]][volume] = size
  }

  /// The files, by name.
  func reports(_ placement: Placement) -> [ReplicationSurvey.FileReport] {
    copies.sorted { $0.key < $1.key }.map { name, sizes in
      let best = best(of: sizes)
      let copies = sizes.sorted { $0.key < $1.key }.map { volume, size in
        ReplicationSurvey.Copy(
          volume: volume, bytes: size.bytes, isCounted: counting.contains(volume),
          isWhole: isWhole(size, of: name, best: best))
      }
      let keeping = Set(copies.filter { $0.isCounted && $0.isWhole }.map(\.volume))
      return ReplicationSurvey.FileReport(
        name: name, bytes: best?.bytes ?? 0,
        isInForce: inForce?.contains(name) ?? true, copies: copies,
        decision: placement.place(
          bytes: best?.bytes ?? 0, keeping: keeping,
          mending: Set(copies.filter(\.isCounted).map(\.volume)).subtracting(keeping)))
    }
  }

  /// What the copies on a volume that counts lack of the log, so far.
  func logBytesBehind(on volume: String) -> UInt64 {
    guard counting.contains(volume) else { return 0 }
    return copies.reduce(0) { sum, file in
      guard case .log? = FileNames(file.key), inForce?.contains(file.key) ?? true,
        let own = file.value[volume], let best = best(of: file.value)
      else { return sum }
      return sum + (best.bytes - min(best.bytes, own.bytes))
    }
  }

  /// The copy that holds most, of those that count if any does.
  private func best(of sizes: [String: Size]) -> Size? {
    let counted = sizes.filter { counting.contains($0.key) }
    return (counted.isEmpty ? sizes : counted).values.max {
      ($0.manifestNumber ?? 0, $0.bytes) < ($1.manifestNumber ?? 0, $1.bytes)
    }
  }

  private func isWhole(_ size: Size, of name: String, best: Size?) -> Bool {
    // Segments of the log are written from front to back, on some volumes later than on others.
    if case .log? = FileNames(name) { return true }
    return size.bytes == best?.bytes && size.manifestNumber == best?.manifestNumber
  }
}

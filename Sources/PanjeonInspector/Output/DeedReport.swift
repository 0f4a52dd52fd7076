// SPDX-License-Identifier: Apache-2.0

/// What a verb has changed, or would have.
struct DeedReport: Report {
  /// As in "split region 3 of table 'user' at 'm'".
  var deed: String
  /// False with `--dry-run`.
  var done: Bool
  /// What has come of it, for people.
  var result: String?
  /// The regions that have come of it.
  var regions: [UInt64]?
  /// The backup that has come of it.
  var backup: UInt64?

  init(_ deed: String, isDone: Bool = true, result: String? = nil, regions: [UInt64]? = nil) {
    self.deed = deed
    done = isDone
    self.result = result
    self.regions = regions
  }

  var text: String {
    done ? "done: \(deed)" + (result.map { " (\($0))" } ?? "") : "would \(deed)"
  }
}

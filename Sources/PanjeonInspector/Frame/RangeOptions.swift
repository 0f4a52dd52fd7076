// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WideColumn

/// Which rows a verb is about.
struct RangeOptions: ParsableArguments {
  @Option(help: "The first row; bytes that cannot be typed as \\xHH.")
  var start: String?

  @Option(help: "The first row behind.")
  var stop: String?

  @Option(help: "Only rows that begin with these bytes.")
  var prefix: String?

  func validate() throws {
    if prefix != nil, start != nil || stop != nil {
      throw ValidationError("--prefix goes with neither --start nor --stop")
    }
  }

  func rows(_ bytes: ByteOptions) throws -> KeyRange {
    if let prefix { return .prefix(try bytes.bytes(prefix, "prefix")) }
    let rows = KeyRange(
      from: try start.map { try bytes.bytes($0, "row") } ?? Bytes(),
      to: try stop.map { try bytes.bytes($0, "row") })
    if rows.isEmpty { throw ValidationError("--stop must sort behind --start") }
    return rows
  }
}

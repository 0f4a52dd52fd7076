// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WideColumn

/// Which cells of a row a verb is about.
struct ColumnOptions: ParsableArguments {
  @Option(help: "Only this column family.")
  var family: String?

  @Option(help: "Only this qualifier of the family.")
  var qualifier: String?

  @Option(help: "How many versions of each column.")
  var versions = 1

  func validate() throws {
    if qualifier != nil, family == nil { throw ValidationError("--qualifier needs --family") }
    if versions < 1 { throw ValidationError("--versions must be at least 1") }
  }

  func selection(_ bytes: ByteOptions) throws -> ColumnSelection {
    var columns = ColumnSelection()
    if let family, let qualifier {
      columns.add(family: family, qualifier: try bytes.bytes(qualifier, "qualifier"))
    } else if let family {
      columns.add(family: family)
    }
    return columns
  }
}

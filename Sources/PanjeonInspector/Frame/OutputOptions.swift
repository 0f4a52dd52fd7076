// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// How a verb prints.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON, one object a line.")
  var json = false

  @Option(help: "List this many things at the most.")
  var limit: Int?

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
  }

  /// Prints what a verb tells.
  func print(_ report: some Report) throws {
    if json { try Output.print(json: report) } else { Output.print(report.text) }
  }
}

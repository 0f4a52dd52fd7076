// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import YCSB
internal import YCSBEngines

/// The options of `load` and `run`, as YCSB users type them.
struct WorkloadArguments: ParsableArguments {
  @Argument(help: "The engine; `ycsb engines` lists them.")
  var engine: String

  @Option(
    name: .customShort("P"), parsing: .singleValue,
    help: "A property file; may be given several times, a later one counts.")
  var files: [String] = []

  @Option(
    name: .customShort("p"), parsing: .singleValue,
    help: "A property as name=value; counts before those of files. `ycsb properties` lists them.")
  var properties: [String] = []

  @Option(
    name: [.customLong("threads", withSingleDash: true), .long],
    help: "Client tasks, each with a thread of its own where the engine blocks.")
  var threads: Int?

  @Option(
    name: [.customLong("target", withSingleDash: true), .long],
    help: "Operations a second to hold back to, all clients together.")
  var target: Double?

  @Flag(
    name: .customShort("s"), help: "Prints what is going on, every 10 seconds, on standard error.")
  var status = false

  @Option(name: .customShort("l"), help: "A label for these lines.")
  var label: String?

  /// All properties; those of the command line count before those of files.
  func allProperties() throws -> Properties {
    var all = Properties()
    for file in files { try all.add(file: try read(file)) }
    for property in properties { try all.add(argument: property) }
    if let threads { all["threadcount"] = String(threads) }
    if let target { all["target"] = String(target) }
    if let label { all["label"] = label }
    for name in all.unknownNames {
      StandardError.write("ycsb: warning: nothing reads the property '\(name)'")
    }
    return all
  }

  private func read(_ file: String) throws -> String {
    do {
      return try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      let directory = (file as NSString).deletingLastPathComponent
      let there =
        (try? FileManager.default.contentsOfDirectory(atPath: directory.isEmpty ? "." : directory))
      let list = there.map { "; there are \($0.sorted().joined(separator: ", "))" } ?? ""
      throw UsageError("cannot read the property file '\(file)'\(list)")
    }
  }
}
